package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/server/logging"
	"example.com/oxgroups/api/server/standin"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/validate/nearest"
)

const (
	envPrefix      = "OXGROUPSD_"
	defaultAddress = "127.0.0.1:8080"
	defaultOps     = "127.0.0.1:9090"
	configFlag     = "config"
	storeFlag      = "store"
)

// settings are what serve can be told, with the defaults in force where nothing is said.
type settings struct {
	address, ops               string
	tlsCert, tlsKey, tlsClient string
	plainHTTP, demo, standIn   bool
	demoToken                  string
	faults, origins, portFile  string
	faultHeader                bool
	logFormat, logLevel        string
	maxBody                    int64
	timeouts                   server.Timeouts
	limits                     server.Limits
}

// addSettings adds a flag for each setting. The flags are the only list of the settings: their names are the keys of the
// file, and in upper case, with _ for -, the variables of the environment.
func addSettings(f *pflag.FlagSet) *settings {
	s := &settings{timeouts: server.DefaultTimeouts(), limits: server.DefaultLimits()}
	f.StringVar(&s.address, "addr", defaultAddress, "address to listen on: HOST:PORT, port 0 for a free one, or unix:PATH")
	f.StringVar(&s.ops, "ops", defaultOps, `address for health, metrics and profiles, loopback where it has no host; "off" for none`)
	f.StringVar(&s.tlsCert, "tls-cert", "", "file with the certificate, PEM; read again when it changes")
	f.StringVar(&s.tlsKey, "tls-key", "", "file with the key of the certificate, PEM")
	f.StringVar(&s.tlsClient, "tls-client-ca", "", "file with the authorities whose certificates clients need, PEM")
	f.BoolVar(&s.plainHTTP, "plain-http", false, "serve without TLS on an address that other machines reach")
	f.BoolVar(&s.demo, "demo", false, `load sample data and the token "`+demo.Token+`"`)
	f.StringVar(&s.demoToken, "demo-token", "", `token of the sample data in place of "`+demo.Token+`"; needed off loopback`)
	f.BoolVar(&s.standIn, "stand-in", false, "show requests, faults and state on the operations listener, as --demo does")
	f.StringVar(&s.faults, "faults", "", "file with rules of faults, JSON, or the rules themselves; needs the stand-in")
	f.BoolVar(&s.faultHeader, "fault-header", false, "let a request ask for a fault with a rule in "+standin.RuleHeader+"; needs the stand-in")
	f.StringVar(&s.origins, "cors", "", "origins whose pages may call the API, separated by commas: https://app.example,http://localhost:3000")
	f.StringVar(&s.portFile, "port-file", "", "file to write the addresses to once it serves, as OXGROUPS_URL=... and OXGROUPS_OPS=...")
	f.StringVar(&s.logFormat, "log-format", logging.Text, "text or json")
	f.StringVar(&s.logLevel, "log-level", "info", "debug, info, warn or error")

	t := &s.timeouts
	f.DurationVar(&t.Drain, "drain", t.Drain, "how long to go on serving, not ready, after SIGTERM")
	f.DurationVar(&t.Shutdown, "shutdown-timeout", t.Shutdown, "how long requests may take after that")
	f.DurationVar(&t.ReadHeader, "header-timeout", t.ReadHeader, "time for the header of a request")
	f.DurationVar(&t.Read, "read-timeout", t.Read, "time for a request's header and body")
	f.DurationVar(&t.Work, "work-timeout", t.Work, "time for the store")
	f.DurationVar(&t.Write, "write-timeout", t.Write, "time from the header of a request to the end of its reply")
	f.DurationVar(&t.Idle, "idle-timeout", t.Idle, "time between two requests of a connection")

	l := &s.limits
	f.Int64Var(&s.maxBody, "max-body", server.DefaultMaxBodyBytes, "bytes of a request's body")
	f.IntVar(&l.InFlight, "max-in-flight", l.InFlight, "updates at a time")
	f.IntVar(&l.PerToken, "max-per-token", l.PerToken, "updates at a time of one token")
	f.IntVar(&l.PerGroup, "max-per-group", l.PerGroup, "updates at a time of one group")
	f.IntVar(&l.Running, "max-running", l.Running, "updates in the store at a time; the connections of PostgreSQL where they are fewer")
	f.IntVar(&l.GroupRunning, "max-running-per-group", l.GroupRunning, "updates of one group in the store at a time; at most half of max-running")
	f.Int64Var(&l.BodyBytes, "max-body-bytes", l.BodyBytes, "bytes of bodies in memory at a time; one token gets half of them")
	f.Float64Var(&l.TokenRate, "rate", l.TokenRate, "requests a second of one token; 0 for any number")
	f.IntVar(&l.TokenBurst, "burst", l.TokenBurst, "requests at once before the rate counts")
	f.IntVar(&l.AuthFailures, "auth-failures", l.AuthFailures, "requests a minute without a good token from one address; 0 for any number")
	f.IntVar(&l.Connections, "max-connections", l.Connections, "open connections; 0 for any number")
	f.IntVar(&l.ListIDs, "max-list", l.ListIDs, "elements of a list in a body")
	f.IntVar(&l.ObjectMembers, "max-members", l.ObjectMembers, "members of an object in a body")
	return s
}

// source is where a setting comes from.
type source string

const (
	fromDefault source = "default"
	fromFile    source = "file"
	fromEnv     source = "environment"
	fromFlag    source = "flag"
)

// settingNames returns the names of all settings, those of every command among them.
func settingNames() []string {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	addSettings(f)
	names := []string{storeFlag}
	f.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// loadSettings sets the flags that are not on the command line from the environment, and then from the file that --config
// names, and returns where each comes from. A key that is not a setting is an error.
func loadSettings(flags *pflag.FlagSet, environ []string) (map[string]source, error) {
	from := map[string]source{}
	flags.VisitAll(func(f *pflag.Flag) {
		from[f.Name] = fromDefault
		if f.Changed {
			from[f.Name] = fromFlag
		}
	})
	variables := env.Provider(".", env.Opt{
		Prefix:      envPrefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(key, value string) (string, any) {
			return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(key, envPrefix)), "_", "-"), value
		},
	})
	if err := apply(flags, from, fromEnv, variables, nil); err != nil {
		return nil, err
	}
	if name, _ := flags.GetString(configFlag); name != "" {
		if err := apply(flags, from, fromFile, file.Provider(name), yaml.Parser()); err != nil {
			return nil, err
		}
	}
	return from, nil
}

// apply sets the flags that no better source has set to what a provider has. A command need not have a flag for each setting.
func apply(flags *pflag.FlagSet, from map[string]source, s source, p koanf.Provider, parser koanf.Parser) error {
	k := koanf.New(".")
	if err := k.Load(p, parser); err != nil {
		return &usageError{fmt.Sprintf("settings of the %s: %v", s, err)}
	}
	known := settingNames()
	for _, name := range k.Keys() {
		key, value := name, k.String(name)
		if s == fromEnv {
			key = envPrefix + strings.ReplaceAll(strings.ToUpper(name), "-", "_")
			if value == "" || name == configFlag && from[name] == fromFlag {
				continue // an empty variable is as good as none
			}
		}
		if !slices.Contains(known, name) && (name != configFlag || s == fromFile) {
			return &usageError{fmt.Sprintf("the %s sets %s, which is not a setting%s", s, key, nearest.Hint(name, known))}
		}
		f := flags.Lookup(name)
		if f == nil || from[name] != fromDefault {
			continue
		}
		if err := f.Value.Set(value); err != nil {
			return &usageError{fmt.Sprintf("the %s sets %s to what is no %s", s, key, f.Value.Type())}
		}
		from[name] = s
	}
	return nil
}

// check returns an error of usage where settings do not fit together.
func (s *settings) check() error {
	var level slog.Level
	switch {
	case (s.tlsCert == "") != (s.tlsKey == ""):
		return &usageError{"--tls-cert and --tls-key belong together"}
	case s.tlsClient != "" && s.tlsCert == "":
		return &usageError{"--tls-client-ca needs --tls-cert"}
	case (s.faults != "" || s.faultHeader) && !s.demo && !s.standIn:
		return &usageError{"--faults and --fault-header need --stand-in or --demo"}
	case s.demoToken != "" && !s.demo:
		return &usageError{"--demo-token needs --demo"}
	case level.UnmarshalText([]byte(s.logLevel)) != nil:
		return &usageError{"--log-level has to be debug, info, warn or error"}
	case s.logFormat != logging.Text && s.logFormat != logging.JSON:
		return &usageError{"--log-format has to be text or json"}
	}
	return nil
}

// newConfig returns the command that shows the settings.
func newConfig(std stdio) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the settings that serve would have, and where each is from",
		Args:  cobra.NoArgs,
	}
	s := addSettings(cmd.Flags())
	cmd.RunE = action(func(cmd *cobra.Command, _ []string) error {
		from, err := loadSettings(cmd.Flags(), std.environ)
		if err == nil {
			err = s.check()
		}
		if err != nil {
			return err
		}
		return printSettings(std.out, cmd.Flags(), from)
	})
	return cmd
}

func printSettings(out io.Writer, flags *pflag.FlagSet, from map[string]source) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SETTING\tVALUE\tFROM")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" {
			fmt.Fprintf(w, "%s\t%s\t%s\n", f.Name, shown(f), from[f.Name])
		}
	})
	return w.Flush() // which returns the error of an earlier write
}

// shown returns the value of a flag without what is secret in it.
func shown(f *pflag.Flag) string {
	value := f.Value.String()
	switch {
	case f.Name == "demo-token" && value != "":
		return "[redacted]"
	case f.Name == storeFlag && strings.Contains(value, "://"):
		u, err := url.Parse(value)
		if err != nil || u.User == nil && strings.Contains(u.RawQuery, "password") {
			return "[redacted]"
		}
		return u.Redacted()
	}
	return value
}
