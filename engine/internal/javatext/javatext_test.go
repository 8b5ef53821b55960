package javatext

import "testing"

// What Java 17 answers to toLowerCase(Locale.ENGLISH).
func TestToLower(t *testing.T) {
	for s, want := range map[string]string{
		"":                   "",
		"abc é":              "abc é",
		"ABC É Ж":            "abc é ж",
		"İstanbul":           "i\u0307stanbul",
		"ı I":                "ı i",
		"ǅ ẞ K Å":            "ǆ ß k å",
		"𐐀":                  "𐐨",
		"ΣΊΣΥΦΟΣ":            "σίσυφος",
		"ΟΔΟΣ ΟΔΟΣ.":         "οδος οδος.",
		"Σ":                  "σ",
		" Σ ":                " σ ",
		"ΑΣ":                 "ας",
		"ΑΣΑ":                "ασα",
		"1Σ":                 "1σ",
		"Α1Σ":                "α1ς",
		"ΑΣ1":                "ας1",
		"ΑΣ-ΒΣ":              "ασ-βς", // a dash between letters is within a word
		"ΑΣ_Β":               "ασ_β",
		"ΑΣ'":                "ας'",
		"ΑΣ'Α":               "ασ'α",
		"ΑΣ.Β":               "ασ.β",
		"ΑΣ. Β":              "ας. β",
		"ΑΣ/Β":               "ας/β",
		"ΑΣ,Β":               "ας,β",
		"ΑΣ--Β":              "ας--β",
		"Α\u0301Σ":           "α\u0301ς",
		"ΑΣ\u0301Α":          "ασ\u0301α",
		"ש\u05b8Σ":           "ש\u05b8σ",
		"שΣ":                 "שσ",
		"日Σ Α日Σ":             "日σ α日σ",
		"\u0345Σ Α\u0345Σ":   "\u0345σ α\u0345ς",
		"ⒶΣ ⅧΣ ʰΣ":           "ⓐσ ⅷς ʰς",
		"$\u0301Σ":           "$\u0301σ",
		"ΑΣ\u00adΑ Α\u00adΣ": "ασ\u00adα α\u00adς",
	} {
		if got := ToLower(s); got != want {
			t.Errorf("%q (%+q): %q, want %q", s, s, got, want)
		}
	}
	if got := ToLower("A\xffB"); got != "a\ufffdb" {
		t.Errorf("broken UTF-8: %q", got)
	}
	for s, allocs := range map[string]float64{"lower already, naïve 日本": 0, "Not Lower ΟΔΟΣ": 1} {
		if n := testing.AllocsPerRun(100, func() { ToLower(s) }); n > allocs {
			t.Errorf("%q: %v allocations", s, n)
		}
	}
}

func TestToLowerTurkic(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "iı": "iı", "I": "ı", "İ": "i", "I\u0307": "i", "i\u0307": "i\u0307", "KIŞ KİŞ": "kış kiş", "J\u0307": "j\u0307", "IΣ": "ıς",
	} {
		if got := ToLowerTurkic(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func TestLen(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "é日": 2, "😀": 2, "a😀b": 4} {
		if got := Len(s); got != want {
			t.Errorf("%q: %d", s, got)
		}
	}
}

func TestAllLetters(t *testing.T) {
	for s, want := range map[string]bool{"": true, "abcXYZ": true, "éЖ日ªʰ": true, "a1": false, "a b": false, "_": false,
		"a\u0301": false, "Ⅷ": false, "𐐀": false, "😀": false, "a\xff": false} {
		if got := AllLetters(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}
