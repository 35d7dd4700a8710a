package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(sys system) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long:  "Print the version of oxgroups, of Go, and the platform.",
		Args:  arguments(0, ""),
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(sys.stdout, versionLine())
			return err
		},
	}
}

// versionLine returns what names the program in a report.
func versionLine() string {
	return fmt.Sprintf("oxgroups %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// version returns the version that the Go tool wrote into the program.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
