package front

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"path"
	"time"
)

// Rules are faults as a document. Equal rules with an equal seed hit the same requests of an equal run in the same way.
type Rules struct {
	Seed  uint64 `json:"seed"`
	Rules []Rule `json:"rules"`
}

// Rule says what goes wrong with which requests. The first rule that hits a request counts.
type Rule struct {
	Name  string `json:"name,omitempty"`
	On    *bool  `json:"on,omitempty"` // absent: it is
	Match Match  `json:"match,omitzero"`
	Times Times  `json:"when,omitzero"`

	Latency     *Delay      `json:"latency,omitempty"`
	Status      int         `json:"status,omitempty"`
	Headers     http.Header `json:"headers,omitempty"`
	RetryAfter  string      `json:"retry_after,omitempty"` // seconds, date or past
	Body        *string     `json:"body,omitempty"`
	ContentType string      `json:"content_type,omitempty"`
	Reset       bool        `json:"reset,omitempty"`
	CutAfter    *int        `json:"cut_after,omitempty"`    // bytes of the body
	ExpireToken bool        `json:"expire_token,omitempty"` // answers as if the token had expired
	Applied     *bool       `json:"applied,omitempty"`      // absent: the update is applied unless the status is 300 or more or the connection is reset
}

// Match says which requests a rule is about; what is absent does not matter.
type Match struct {
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"` // a pattern of path.Match
	Token  int64  `json:"token,omitempty"`
	Group  int64  `json:"group,omitempty"`
}

// Times says which of the requests that match are hit: the nth, every nth, or a share of them. The zero value is all.
type Times struct {
	Nth   int     `json:"nth,omitempty"`
	Every int     `json:"every,omitempty"`
	Rate  float64 `json:"rate,omitempty"` // from 0 to 1
}

// Delay is how long a reply waits: a fixed time, one between two bounds, or one of a log-normal distribution. As text it is a
// fixed time.
type Delay struct {
	Fixed Duration `json:"fixed,omitempty"`
	Min   Duration `json:"min,omitempty"`
	Max   Duration `json:"max,omitempty"`
	Mean  Duration `json:"mean,omitempty"`
	P99   Duration `json:"p99,omitempty"`
}

// UnmarshalJSON reads a delay.
func (d *Delay) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		return json.Unmarshal(text, &d.Fixed)
	}
	type object Delay
	return decodeKnown(text, (*object)(d))
}

// Duration is a time.Duration as text, "200ms" for example.
type Duration time.Duration

// MarshalText writes the duration.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// ParseRules reads rules. Its errors say which rule has what wrong.
func ParseRules(document []byte) (Rules, error) {
	rules := Rules{}
	if err := decode(document, &rules); err != nil {
		return rules, err
	}
	for i := range rules.Rules {
		if err := rules.Rules[i].check(); err != nil {
			return rules, fmt.Errorf("rules[%d].%w", i, err)
		}
	}
	return rules, nil
}

func decode(document []byte, v any) error {
	err := decodeKnown(document, v)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		err = fmt.Errorf("%s must not be %s", cmp.Or(wrong.Field, "it"), wrong.Value)
	}
	if err != nil {
		return fmt.Errorf("not a document of faults: %w", err)
	}
	return nil
}

// decodeKnown reads a document without keys that v has no field for.
func decodeKnown(document []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil && d.More() {
		err = errors.New("there is data after the document")
	}
	return err
}

// maxLatency is longer than the write timeout of most servers.
const maxLatency = time.Hour

func (r *Rule) check() error {
	_, badPattern := path.Match(r.Match.Path, "")
	switch {
	case badPattern != nil:
		return errors.New("match.path: must be a pattern like /api/v1/workspace_groups/*")
	case r.Times.Nth < 0 || r.Times.Every < 0 || r.Times.Rate < 0 || r.Times.Rate > 1:
		return errors.New("when: must be nth or every of at least 1, or a rate from 0 to 1")
	case r.Status != 0 && (r.Status < 200 || r.Status > 599):
		return errors.New("status: must be from 200 to 599")
	case r.RetryAfter != "" && retryAfter[r.RetryAfter] == nil:
		return errors.New("retry_after: must be seconds, date or past")
	case r.CutAfter != nil && *r.CutAfter < 0:
		return errors.New("cut_after: must be at least 0")
	case r.Reset && (r.Status != 0 || r.CutAfter != nil || r.ExpireToken):
		return errors.New("reset: leaves no place for a status, cut_after or expire_token")
	case r.Latency != nil:
		return r.Latency.check()
	}
	return nil
}

func (d *Delay) check() error {
	mean, p99 := time.Duration(d.Mean), time.Duration(d.P99)
	switch {
	case min(d.Fixed, d.Min, d.Max, d.Mean, d.P99) < 0 || time.Duration(max(d.Fixed, d.Min, d.Max, d.Mean, d.P99)) > maxLatency:
		return fmt.Errorf("latency: must be from 0 to %v", maxLatency)
	case d.Max < d.Min:
		return errors.New("latency.max: must be at least min")
	case (mean == 0) != (p99 == 0) || p99 < mean || p99 > 14*mean:
		return errors.New("latency.p99: must be from once to 14 times mean")
	}
	return nil
}

// draw returns a time of the distribution.
func (d *Delay) draw(random *rand.Rand) time.Duration {
	switch {
	case d.P99 > 0:
		const z = 2.3263478740408408 // the 99th percentile of the normal distribution
		ratio := math.Log(float64(d.P99) / float64(d.Mean))
		sigma := z - math.Sqrt(z*z-2*ratio)
		mu := math.Log(float64(d.Mean)) - sigma*sigma/2
		return min(time.Duration(math.Exp(mu+sigma*random.NormFloat64())), maxLatency)
	case d.Max > 0:
		return time.Duration(d.Min) + time.Duration(random.Int64N(int64(d.Max-d.Min)+1))
	}
	return time.Duration(d.Fixed)
}

// retryAfter has the forms of the header: RFC 9110, section 10.2.3. The date is the second after the next.
var retryAfter = map[string]func(now time.Time) string{
	"seconds": func(time.Time) string { return "1" },
	"date":    func(now time.Time) string { return now.Add(2 * time.Second).UTC().Format(http.TimeFormat) },
	"past":    func(now time.Time) string { return now.Add(-time.Hour).UTC().Format(http.TimeFormat) },
}

// fault returns what the rule does, but for its latency.
func (r *Rule) fault() Fault {
	f := Fault{name: "headers or body", applied: true}
	switch {
	case r.ExpireToken:
		f = Status(http.StatusUnauthorized).Header("WWW-Authenticate", `Bearer error="invalid_token"`)
		f.name = "token expired"
	case r.Status != 0:
		f = Status(r.Status)
	case r.Reset:
		f = Reset()
	}
	if r.CutAfter != nil {
		cut := CutOff(*r.CutAfter)
		f.name, f.send = cut.name, cut.send
	}
	for key, values := range r.Headers {
		f = f.with(func(p *reply) { p.Header()[http.CanonicalHeaderKey(key)] = values })
	}
	if form := retryAfter[r.RetryAfter]; form != nil {
		f = f.with(func(p *reply) { p.Header().Set("Retry-After", form(time.Now())) })
	}
	if r.Body != nil {
		f = f.Body(*r.Body)
	}
	if r.ContentType != "" {
		f = f.Header("Content-Type", r.ContentType)
	}
	if r.Applied != nil {
		f.applied = *r.Applied
	}
	return f
}

// injected returns the rule as a fault of its own. random is its alone, so that other rules do not change what it draws.
func (r *Rule) injected(random *rand.Rand) func(Arrival) (Fault, bool) {
	matched := 0
	fault := r.fault()
	return func(a Arrival) (Fault, bool) {
		if !r.Match.matches(a) {
			return Fault{}, false
		}
		matched++
		hit := true
		switch t := r.Times; {
		case t.Nth > 0:
			hit = matched == t.Nth
		case t.Every > 0:
			hit = matched%t.Every == 0
		case t.Rate > 0:
			hit = random.Float64() < t.Rate
		}
		if !hit {
			return Fault{}, false
		}
		found := fault
		if r.Latency != nil {
			d := r.Latency.draw(random)
			found.delay = d
			if r.Status == 0 && !r.Reset && r.CutAfter == nil {
				found.name = "latency " + d.String()
			}
		}
		found.name = cmp.Or(r.Name, found.name)
		return found, true
	}
}

func (m *Match) matches(a Arrival) bool {
	if m.Path != "" {
		if ok, _ := path.Match(m.Path, a.Path); !ok {
			return false
		}
	}
	return (m.Method == "" || m.Method == a.Method) && (m.Token == 0 || m.Token == a.TokenID) && (m.Group == 0 || m.Group == a.GroupID)
}

// SetRules puts checked rules in the place of all faults. What they count begins anew.
func (f *Faults) SetRules(rules Rules) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules, f.list, f.tokens = rules, nil, false
	for i, r := range rules.Rules {
		if r.On != nil && !*r.On {
			continue
		}
		f.tokens = f.tokens || r.Match.Token != 0
		f.list = append(f.list, injected{hits: r.injected(rand.New(rand.NewPCG(rules.Seed, uint64(i)))), since: f.arrived})
	}
}

// Rules returns the rules that SetRules put in force.
func (f *Faults) Rules() Rules {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rules
}

// faultOfHeader returns the fault that a request asks for itself. One that is no rule is answered 400 with the reason.
func faultOfHeader(text string) Fault {
	var r Rule
	err := decode([]byte(text), &r)
	if err == nil {
		err = r.check()
	}
	if err != nil {
		f := Status(http.StatusBadRequest).Header("Content-Type", "text/plain; charset=utf-8").Body(err.Error() + "\n")
		f.name = "broken rule in the header"
		return f
	}
	r.Match, r.Times = Match{}, Times{}
	fault, _ := r.injected(rand.New(rand.NewPCG(1, 1)))(Arrival{})
	return fault
}
