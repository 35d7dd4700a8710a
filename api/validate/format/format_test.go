package format_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/oxgroups/api/validate/format"
	"pgregory.net/rapid"
)

// verdicts says of a check what it accepts and what it refuses.
type verdicts struct {
	check        func(string) bool
	takes, fails []string
}

func (v verdicts) run(t *testing.T) {
	t.Helper()
	for _, text := range v.takes {
		if !v.check(text) {
			t.Errorf("%q is refused", text)
		}
	}
	for _, text := range v.fails {
		if v.check(text) {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestDate(t *testing.T) {
	verdicts{format.IsDate,
		[]string{"2024-02-29", "2000-02-29", "0000-01-01", "9999-12-31", "1963-06-19"},
		[]string{"2023-02-29", "1900-02-29", "2024-2-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-01-00", "2024-01-32", "2024-01-99",
			"20240229", "2024/02/29", "2024-02-29 ", " 2024-02-29", "24-02-29", "-024-02-29", "2024-02-2৪", ""},
	}.run(t)
}

func TestDateTime(t *testing.T) {
	verdicts{format.IsDateTime,
		[]string{
			"1985-04-12T23:20:50.52Z", "1996-12-19T16:39:57-08:00", "1937-01-01T12:00:27.87+00:20", "1963-06-19t08:30:06.283185z",
			"1990-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00", "1998-12-31T23:59:60.5Z", // RFC 3339, sections 5.6 and 5.8
			"2016-12-31T23:59:60+00:00", "2017-01-01T05:29:60+05:30", "2024-02-29T00:00:00Z", "2024-01-01T00:00:00.123456789123Z",
			"2024-01-01T00:00:00+23:59", "2024-01-01T00:00:00-00:00",
		},
		[]string{
			"1990-12-31T23:58:60Z", "1990-12-31T22:59:60Z", "1998-12-31T23:59:61Z", "1990-12-31T23:59:60+01:00", "2023-02-29T00:00:00Z",
			"1990-02-31T15:59:59.123-08:00", "1990-12-31T15:59:59-24:00", "1990-12-31T15:59:59-00:60", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
			"2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00,5Z", "2024-01-01T00:00Z", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00+0100",
			"2024-01-01T00:00:00+01", "2024-01-01T00:00:00+01:0", "2024-01-01T00:00:00Zx", "2024-01-01T00:00:00.5", "06/19/1963 08:30:06 PST",
			"2013-350T01:01:01", "1963-06-1৪T00:00:00Z", "",
		},
	}.run(t)
}

func TestEmail(t *testing.T) {
	verdicts{format.IsEmail,
		[]string{
			"joe.bloggs@example.com", "te~st@example.com", "~test@example.com", `"joe bloggs"@example.com`, `"joe..bloggs"@example.com`, `"joe@bloggs"@example.com`,
			`"a\"b"@example.com`, `""@example.com`, "joe@[127.0.0.1]", "joe@[IPv6:::1]", "joe@[ipv6:2001:db8::1]", "a@b", "riedgar+guidelines@gmail.com",
			strings.Repeat("a", 64) + "@example.com",
		},
		[]string{
			"2962", "", "@", "a@", "@b", ".test@example.com", "test.@example.com", "te..st@example.com", "a b@example.com", "a@b c", "a@-b", "a@b-",
			"joe@[127.0.0.300]", "joe@[127.0.0.1", "joe@[::1]", `"a"b"@example.com`, `"a\` + "\n" + `"@example.com`, `"ä"@example.com`, `"\ä"@example.com`, `"a\"@example.com`,
			"joe@a,b", "user1@oceania.org, user2@oceania.org", "ä@example.com", strings.Repeat("a", 65) + "@example.com",
			"a@" + strings.Repeat("b.", 126) + "c",
		},
	}.run(t)
}

func TestHostname(t *testing.T) {
	label := strings.Repeat("a", 63)
	verdicts{format.IsHostname,
		[]string{"www.example.com", "xn--4gbwdl.xn--wgbh1c", "a", "1host", "hosta1", "a-b", "h", label, label + ".com", strings.Repeat("a.", 126) + "a", "EXAMPLE.com", "127.0.0.1"},
		[]string{"", ".", "a.", ".a", "a..b", "-a", "a-", "a_b", "not_a_valid_host_name", "a b", "ä", label + "a", strings.Repeat("a.", 127), "a.-b.c", "a\n", "a．b"},
	}.run(t)
}

func TestAddresses(t *testing.T) {
	t.Run("ipv4", verdicts{format.IsIPv4,
		[]string{"192.168.0.1", "0.0.0.0", "255.255.255.255"},
		[]string{"127.0.0.0.1", "256.256.256.256", "127.0", "0x7f000001", "087.10.0.1", "2130706433", "1২7.0.0.1", " 1.2.3.4", "1.2.3.4/8", "::1", ""},
	}.run)
	t.Run("ipv6", verdicts{format.IsIPv6,
		[]string{"::1", "::", "1:2:3:4:5:6:7:8", "::ffff:192.168.0.1", "1::d6:192.168.0.1", "::abef", "d6::", "1:d6::42", "1:2::192.168.0.1", "FE80::A"},
		[]string{"12345::", "::abef:", ":2:3:4:5:6:7:8", "1::d6::42", "1::2:192.168.256.1", "1:2:3:4:5:::8", "1:2:3:4:5:6:7", "1", "1:2:3:4:1.2.3", "fe80::a%eth1",
			"fe80::/64", " ::1", "1:2:3:4:5:6:7:৪", "1.2.3.4", ":", ""},
	}.run)
}

func TestUUID(t *testing.T) {
	verdicts{format.IsUUID,
		[]string{"2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2EB8AA08-AA98-11EA-B4AA-73B441D16380", "00000000-0000-0000-0000-000000000000", "99c17cbb-656f-f64a-940f-1a4568f03487"},
		[]string{"2eb8aa08-aa98-11ea-b4aa-73b441d1638", "2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa73b441d16380-", "2eb8aa08-aa98-11ea-b4ga-73b441d16380",
			"{2eb8aa08-aa98-11ea-b4aa-73b441d1638}", "2eb8-aa08-aa98-11ea-b4aa73b44-1d16380", ""},
	}.run(t)
	if uuid, ok := format.ParseUUID("000102030405-0607-0809-0a0b0c0d0e0f"); ok {
		t.Errorf("a hyphen in the wrong place is accepted: %x", uuid)
	}
	uuid, ok := format.ParseUUID("00010203-0405-0607-0809-0A0b0c0d0e0f")
	if want := [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; !ok || uuid != want {
		t.Errorf("got %x, %t", uuid, ok)
	}
}

func TestURI(t *testing.T) {
	verdicts{format.IsURI,
		[]string{
			"http://foo.bar/?baz=qux#quux", "http://foo.com/blah_(wikipedia)_blah#cite-1", "http://foo.bar/?q=Test%20URL-encoded%20stuff", "http://xn--nw2a.xn--j6w193g/",
			"http://-.~_!$&'()*+,;=:%40:80%2f::::::@example.com", "http://223.255.255.254", "ftp://ftp.is.co.za/rfc/rfc1808.txt", "http://www.ietf.org/rfc/rfc2396.txt",
			"ldap://[2001:db8::7]/c=GB?objectClass?one", "mailto:John.Doe@example.com", "news:comp.infosystems.www.servers.unix", "tel:+1-816-555-1212",
			"urn:oasis:names:specification:docbook:dtd:xml:4.1.2", "telnet://192.0.2.16:80/", "about:", "file:///etc/hosts", "http://[v1.a:b]/", "a+b-c.1:x", "http://h:/",
		},
		[]string{
			"//foo.bar/?baz=qux#quux", "/abc", `\\WINDOWS\fileshare`, "abc", "http:// shouldfail.com", ":// should fail", "bar,baz:foo", "https://[@example.org/test.txt",
			`https://example.org/foobar\.txt`, "https://example.org/foobar<>.txt", "https://example.org/foobar{}.txt", "https://example.org/foobar^.txt",
			"https://example.org/foobar`.txt", "https://example.org/foo bar.txt", "https://example.org/foobar|.txt", "1http://x", "", ":", "a:%", "a:%4", "a:%4g", "a:#b#c",
			"a:[b]", "http://x/?[a]", "http://x/#]", "http://[::1", "http://::1]/", "http://[::g]/", "http://h:8o/", "http://a@b@c[/", "http://ä/", "http://[v.a]/", "http://[vg.a]/", "http://[v1.%41]/",
		},
	}.run(t)
}

func TestIsBlank(t *testing.T) {
	verdicts{format.IsBlank,
		[]string{"", " ", "\t\n\v\f\r", "\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"},
		[]string{"a", " a", "\u200b", "\u0085", "\x00", "\x7f", "ä", " \u180e "},
	}.run(t)
}

func TestParseDateTimeKeepsInstantAndOffset(t *testing.T) {
	for text, want := range map[string]string{
		"1985-04-12T23:20:50.52Z":             "1985-04-12T23:20:50.52Z",
		"1996-12-19t16:39:57-08:00":           "1996-12-19T16:39:57-08:00",
		"1990-12-31T23:59:60Z":                "1991-01-01T00:00:00Z",
		"1990-12-31T15:59:60-08:00":           "1990-12-31T16:00:00-08:00",
		"2024-01-01T00:00:00.1234567899999Z":  "2024-01-01T00:00:00.123456789Z",
		"2024-01-01T00:00:00.000000000+05:30": "2024-01-01T00:00:00+05:30",
	} {
		got, ok := format.ParseDateTime(text)
		if !ok || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%s is %s, %t; want %s", text, got.Format(time.RFC3339Nano), ok, want)
		}
	}
}

func TestAppendDateTime(t *testing.T) {
	paris, old := time.FixedZone("", 3600), time.FixedZone("LMT", 1172)
	for _, c := range []struct {
		time time.Time
		want string
	}{
		{time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC), `"2024-02-29T01:02:03Z"`},
		{time.Date(2024, 2, 29, 1, 2, 3, 40_000_000, paris), `"2024-02-29T01:02:03.04+01:00"`},
		{time.Date(1900, 1, 1, 0, 19, 32, 0, old), `"1900-01-01T00:00:00Z"`},
	} {
		if got := string(format.AppendDateTime(nil, c.time)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// Times that package time can write in the form are written as it does.
func TestAppendDateTimeIsAsPackageTimeHasIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minutes := rapid.IntRange(-110*60, 110*60).Draw(t, "offset")
		at := time.Unix(rapid.Int64Range(-1<<36, 1<<38).Draw(t, "second"), rapid.SampledFrom([]int64{0, 0, 0, 1, 999_999_999}).Draw(t, "nanosecond"))
		at = at.In(time.FixedZone("", 60*minutes))
		if got, want := string(format.AppendDateTime(nil, at)), at.Format(`"`+time.RFC3339Nano+`"`); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}

// FuzzParseDateTime holds the parser to the one of package time, where both take a text. Package time takes less: no leap
// seconds and no lower case; and more, such as fractions after a comma and offsets of 24 hours.
func FuzzParseDateTime(f *testing.F) {
	for _, seed := range []string{"1985-04-12T23:20:50.52Z", "1996-12-19T16:39:57-08:00", "2024-02-29T00:00:00.999999999999+23:59", "1990-12-31T23:59:60Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := format.ParseDateTime(text)
		want, err := time.Parse(time.RFC3339, text)
		switch {
		case ok && err == nil:
			_, offset := got.Zone()
			if _, wantOffset := want.Zone(); !got.Equal(want) || offset != wantOffset {
				t.Fatalf("%q is %v, package time has %v", text, got, want)
			}
		case ok && text[17:19] != "60" && strings.ToUpper(text) == text:
			t.Fatalf("%q is accepted, package time says %v", text, err)
		case !ok && err == nil && grammar.MatchString(text):
			t.Fatalf("%q is refused, package time has %v", text, want)
		}
	})
}

// grammar is date-time of RFC 3339, section 5.6, but for the days of a month.
var grammar = regexp.MustCompile(`^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

func ExampleParseDateTime() {
	t, ok := format.ParseDateTime("1990-12-31T15:59:60-08:00")
	fmt.Println(t.UTC(), ok)
	// Output: 1991-01-01 00:00:00 +0000 UTC true
}

func ExampleIsURI() {
	fmt.Println(format.IsURI("https://example.com/a?b#c"), format.IsURI("/a?b#c"))
	// Output: true false
}
