package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"
)

// upstreamTimeout is longer than the real API takes for a request.
const upstreamTimeout = 200 * time.Second

func newRecord(std stdio) *cobra.Command {
	var upstream, out string
	cmd := &cobra.Command{
		Use:   "record",
		Short: "Pass requests on to the real API, and show and keep what it answers",
		Long: `Serve as serve --stand-in does, but pass each request on to the API at --upstream, with its token. The operations
listener shows the requests, and where one of them or its reply is not as openapi.yaml says. With --out each group that was
answered is added to a file, as a document on a line that import takes; there is neither token nor header in it, and updates are
passed on one at a time so that they are in the order in which they were applied.`,
		Example: `  oxgroupsd record --upstream https://api.mavenlink.com/api/v1 --out seen.json
  oxgroupsd import seen.json --store sqlite:groups.db`,
		Args: cobra.NoArgs,
	}
	s := &service{std: std, settings: addSettings(cmd.Flags()), flags: cmd.Flags()}
	s.settings.standIn, s.timeouts.Write, s.timeouts.Shutdown = true, upstreamTimeout, upstreamTimeout
	cmd.Flags().StringVar(&upstream, "upstream", "", "URL of the API, https://api.mavenlink.com/api/v1 for example (required)")
	cmd.Flags().StringVar(&out, "out", "", "file to add documents to")
	cmd.RunE = action(func(cmd *cobra.Command, _ []string) (err error) {
		s.upstream, err = url.Parse(upstream)
		switch {
		case err != nil || s.upstream.Host == "" || s.upstream.Scheme != "http" && s.upstream.Scheme != "https" || s.upstream.User != nil:
			return &usageError{"--upstream has to be the URL of an API, https://api.mavenlink.com/api/v1 for example"}
		case s.demo:
			return &usageError{"--demo is for serve: what is recorded is upstream"}
		}
		if out != "" {
			file, openErr := os.OpenFile(out, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
			if openErr != nil {
				return fmt.Errorf("open the recording: %w", openErr)
			}
			s.recording = file
			defer func() { err = errors.Join(err, file.Close()) }()
		}
		return s.run(cmd.Context(), memoryURL)
	})
	return cmd
}
