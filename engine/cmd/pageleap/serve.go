package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/pageleap/pageleap/edge/server"
	"github.com/spf13/cobra"
)

func serveCommand() *cobra.Command {
	var o server.Options
	var models []string
	var readToken, manageToken, logFormat string
	cmd := &cobra.Command{
		Use:   "serve --model NAME[@VERSION]=BUNDLE …",
		Short: "Serve models over HTTP, in the shape of MLeap's Spring Boot server",
		Long: `serve answers MLeap's REST interface and plain JSON rows: see /openapi.json.
Models follow their files: a bundle that changes is loaded, and requests in
flight finish with the one that they began with. SIGTERM lets them finish too.

Reading and scoring are open unless a token for them is set; changing models is
off unless one for that is. Tokens come from the environment
(PAGELEAP_READ_TOKEN, PAGELEAP_MANAGE_TOKEN) or from files. Logs and metrics
(/metrics) hold nothing of what requests hold.`,
		Example: `  pageleap serve --model visitor=visitor.zip
  curl -d '{"channel": "email", "pages": 3}' http://127.0.0.1:8080/models/visitor/score`,
		Args: argCount(0, 0),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, m := range models {
				ref, path, ok := strings.Cut(m, "=")
				name, version, _ := strings.Cut(ref, "@")
				if !ok || name == "" || path == "" {
					return usageError{fmt.Errorf("--model %s: write NAME=BUNDLE or NAME@VERSION=BUNDLE, such as visitor=visitor.zip", m)}
				}
				o.Models = append(o.Models, server.Source{Name: name, Version: version, Path: path})
			}
			var err error
			if o.ReadToken, err = secret("PAGELEAP_READ_TOKEN", readToken); err != nil {
				return err
			}
			if o.ManageToken, err = secret("PAGELEAP_MANAGE_TOKEN", manageToken); err != nil {
				return err
			}
			if len(o.Models) == 0 && o.Dir == "" && o.ManageToken == "" {
				return usageError{errors.New("serve needs models: --model NAME=BUNDLE, --models DIR, or a token for loading them")}
			}
			switch logFormat {
			case "text":
				o.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
			case "json":
				o.Log = slog.New(slog.NewJSONHandler(os.Stderr, nil))
			default:
				return usageError{fmt.Errorf("--log %s: text and json are known", logFormat)}
			}
			o.Engine, o.Frames = limits.Options(), limits.Frame
			return server.Run(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Addr, "addr", "127.0.0.1:8080", "address to listen on")
	f.StringArrayVar(&models, "model", nil, "a model to serve, NAME=BUNDLE or NAME@VERSION=BUNDLE; may be given several times")
	f.StringVar(&o.Dir, "models", "", "directory of models to serve: NAME.zip and NAME@VERSION.zip, or what publish makes")
	f.StringVar(&o.Experiments, "experiments", "", "file of experiments to run, JSON or TOML")
	f.DurationVar(&o.Scan, "scan", time.Second, "time between looks for files that changed; below 0: never look")
	f.StringVar(&o.Web, "web", "", "directory of static files to serve beside the models")
	f.StringArrayVar(&o.Origins, "cors", nil, "web origin whose pages may call, or \"*\"; may be given several times")
	f.StringVar(&readToken, "read-token-file", "", "file with the token that reading and scoring need")
	f.StringVar(&manageToken, "manage-token-file", "", "file with the token that loading and unloading models need")
	f.StringArrayVar(&o.From, "from", nil, "place that models may be loaded from by URI: file:/dir/ or https://host/path/; may be given several times")
	f.Int64Var(&o.MaxBody, "max-body", 64<<20, "bytes of a request's body")
	f.Int64Var(&o.MaxUpload, "max-upload", 64<<20, "bytes of a bundle that is loaded")
	f.IntVar(&o.MaxInFlight, "max-in-flight", 256, "requests that are answered at a time; more get status 503")
	f.DurationVar(&o.Timeout, "timeout", time.Minute, "time for a request to come in, and for its answer to go out")
	f.DurationVar(&o.ShutdownDelay, "shutdown-delay", 0, "time from SIGTERM to the end of listening, while /actuator/health says 503")
	f.DurationVar(&o.ShutdownTime, "shutdown-timeout", 30*time.Second, "time for requests in flight to finish")
	f.BoolVar(&o.MLeapErrors, "mleap-errors", false, "answer bare frames that fail with status 200 and an ErrorTransformResponse, as MLeap's server does")
	f.StringVar(&logFormat, "log", "text", "form of the log: text or json")
	f.BoolVar(&o.LogRequests, "log-requests", false, "log every request: its route, status, model, rows, sizes and time")
	return cmd
}

// secret is a token from a file or, if none is named, from the environment.
func secret(env, file string) (string, error) {
	if file == "" {
		return os.Getenv(env), nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(b))
	if token == "" {
		return "", fmt.Errorf("%s: holds no token", file)
	}
	return token, nil
}
