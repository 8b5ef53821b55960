package frame

import "github.com/pageleap/pageleap/engine/internal/base64"

func decodeBase64(s []byte) (string, error) {
	out, fault := base64.Decode(s)
	if fault != "" {
		return "", &Error{Kind: ErrValue, Msg: fault}
	}
	return out, nil
}
