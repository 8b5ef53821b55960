package server

import (
	"bytes"
	"compress/gzip"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// worth is from how many bytes on compressing an answer pays: less than that
// goes in one packet anyway.
const worth = 1200

var (
	gzips   = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed); return w }}
	brotlis = sync.Pool{New: func() any { return brotli.NewWriterLevel(nil, 3) }}
)

// encode compresses a body as an Accept-Encoding header allows.
func encode(accept string, body []byte) (encoding string, encoded []byte) {
	if len(body) < worth {
		return "", nil
	}
	encoding = accepted(accept)
	var out bytes.Buffer
	switch encoding {
	case "br":
		w := brotlis.Get().(*brotli.Writer)
		defer brotlis.Put(w)
		w.Reset(&out)
		w.Write(body) // into memory
		w.Close()
	case "gzip":
		w := gzips.Get().(*gzip.Writer)
		defer gzips.Put(w)
		w.Reset(&out)
		w.Write(body)
		w.Close()
	default:
		return "", nil
	}
	return encoding, out.Bytes()
}

// accepted is the encoding that an Accept-Encoding header likes best: br or
// gzip, or "" for neither.
func accepted(accept string) string {
	if accept == "" {
		return ""
	}
	q := map[string]float64{}
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(part, ";")
		weight := 1.0
		if s, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			weight, _ = strconv.ParseFloat(s, 64)
		}
		q[strings.ToLower(strings.TrimSpace(name))] = weight
	}
	quality := func(name string) float64 {
		if w, ok := q[name]; ok {
			return w
		}
		return q["*"]
	}
	br, gz := quality("br"), quality("gzip")
	switch {
	case br > 0 && br >= gz:
		return "br"
	case gz > 0:
		return "gzip"
	}
	return ""
}
