package schema

import (
	"regexp"
	"testing"
)

// Patterns mean in package regexp what they mean in ECMA 262.
func TestTranslate(t *testing.T) {
	for _, tc := range []struct {
		pattern string
		yes, no []string
	}{
		{`^a.c$`, []string{"abc", "a😀c"}, []string{"a\nc", "a\rc", "a\u2028c", "xabc"}},
		{`^\s$`, []string{" ", "\t", "\u00a0", "\ufeff", "\u2029", "\v"}, []string{"", "a", "\u200b"}},
		{`^\S$`, []string{"a", "\u200b", "é"}, []string{" ", "\u3000", "\ufeff"}},
		{`^[\s\d]+$`, []string{"1 \u00a0"}, []string{"a"}},
		{`^[^\s]$`, []string{"a"}, []string{"\u2003"}},
		{`^[\S]$`, []string{"x"}, []string{"\u2003"}},
		{`^\d$`, []string{"7"}, []string{"٣"}},
		{`^\w$`, []string{"_"}, []string{"é"}},
		{`^[^]$`, []string{"\n", "a"}, []string{""}},
		{`[]`, nil, []string{"", "a"}},
		{`^[[a]$`, []string{"[", "a"}, []string{"b"}},
		{`^\u0061\x62\u{63}$`, []string{"abc"}, []string{"ab"}},
		{`^\cJ$`, []string{"\n"}, []string{"J"}},
		{`^a\/b\-c$`, []string{"a/b-c"}, []string{"ab-c"}},
		{`^[\b]$`, []string{"\b"}, []string{"b"}},
		{`\bfoo\b`, []string{"a foo b"}, []string{"afoob"}},
		{`^\0$`, []string{"\x00"}, []string{"0"}},
		{`^(?:a|b){2}$`, []string{"ab"}, []string{"a"}},
		{`^(?<year>\d{4})$`, []string{"2024"}, []string{"24"}},
		{`^\p{Lu}$`, []string{"É"}, []string{"é"}},
		{`es`, []string{"yes"}, []string{"no"}},
	} {
		t.Run(tc.pattern, func(t *testing.T) {
			text, err := translate(tc.pattern)
			if err != nil {
				t.Fatal(err)
			}
			re := regexp.MustCompile(text)
			for _, s := range tc.yes {
				if !re.MatchString(s) {
					t.Errorf("%s does not match %q", text, s)
				}
			}
			for _, s := range tc.no {
				if re.MatchString(s) {
					t.Errorf("%s matches %q", text, s)
				}
			}
		})
	}
}

func TestTranslateRefuses(t *testing.T) {
	for _, pattern := range []string{`(?=a)`, `(?!a)`, `(?<=a)b`, `(?<!a)b`, `(a)\1`, `\k<x>`, `(`, `[a`, `\`, `a{2000}`, `\Qa`, `\Aa`, `\u12`, `\c1`} {
		if text, err := translate(pattern); err == nil {
			t.Errorf("%s became %s", pattern, text)
		}
	}
}
