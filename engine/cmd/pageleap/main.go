// Command pageleap scores bundles at the command line and serves them.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitOK    = 0
	exitFault = 1 // bad input, a file that cannot be read, or a difference that verify found
	exitUsage = 2 // the command line itself is wrong
)

// usageError is a fault in the command line.
type usageError struct{ error }

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := &cobra.Command{
		Use:   "pageleap",
		Short: "Score Spark pipelines from MLeap bundles",
		Long: `pageleap scores the pipeline of a Bundle.ML bundle, as MLeap exports it from
Spark, and gives the answers that Spark gives. A BUNDLE is a zip file, a
directory, or "-" for a zip on standard input. In its place may stand a model
that Spark itself saved: a directory, or a zip, tar or tar.gz of one.

Exit codes: 0 done; 1 bad input, a file that cannot be read, or a difference
that verify found; 2 a wrong command line.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		transformCommand(),
		inspectCommand(),
		verifyCommand(),
		featuresCommand(),
		trainCommand(),
		evalCommand(),
		bundleCommand(),
		importCommand(),
		publishCommand(),
		serveCommand(),
	)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(os.Stderr, "pageleap: "+err.Error())
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFault
}

// argCount is cobra.RangeArgs with the fault marked as the command line's.
func argCount(lo, hi int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cobra.RangeArgs(lo, hi)(cmd, args); err != nil {
			return usageError{fmt.Errorf("%w; usage: %s", err, cmd.UseLine())}
		}
		return nil
	}
}
