// Command pageleap scores bundles at the command line and serves them.
// "pageleap help" is its manual.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/pageleap/pageleap/engine/internal/spelling"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

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

` + exitCodes,
		Example: `  pageleap inspect visitor.zip
  pageleap transform visitor.zip frame.json
  pageleap help verify
  source <(pageleap completion bash)`,
		Version:       version,
		Args:          noCommand("command"),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetVersionTemplate(versionText())
	root.SetFlagErrorFunc(flagError)
	limits = new(limitFlag)
	root.PersistentFlags().Var(limits, "limit", "NAME=N in place of a limit on what bundles and frames may ask for, such as frame.Rows=5000000; -1: none; may be given several times")
	root.AddCommand(commands()...)
	complete(root)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, paint(os.Stderr, red, "pageleap:")+" "+err.Error())
	}
	return exitCode(err)
}

func commands() []*cobra.Command {
	return []*cobra.Command{
		transformCommand(),
		inspectCommand(),
		verifyCommand(),
		featuresCommand(),
		trainCommand(),
		evalCommand(),
		bundleCommand(),
		importCommand(),
		compileCommand(),
		publishCommand(),
		serveCommand(),
	}
}

// group is a command that only has commands below it; usage says how one of
// them is called.
func group(use, short, what, usage string, below ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:     use,
		Short:   short,
		Example: "  pageleap " + usage,
		Args:    noCommand(what),
		RunE:    func(*cobra.Command, []string) error { return usageError{errors.New("usage: pageleap " + usage)} },
	}
	cmd.AddCommand(below...)
	return cmd
}

// noCommand is the Args of a command with commands below it: whatever stands
// there is the name of none of them.
func noCommand(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		var names []string
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				names = append(names, c.Name())
			}
		}
		return usageError{fmt.Errorf("unknown %s %q%s; %s --help lists what there is", what, args[0], spelling.Hint(args[0], names), cmd.CommandPath())}
	}
}

// flagError adds the flag that may have been meant.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		err = fmt.Errorf("%w%s; %s --help lists them", err, spelling.Hint("--"+unknown.GetSpecifiedName(), names), cmd.CommandPath())
	}
	return usageError{err}
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
