package fspath

import "testing"

func TestClean(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"bare", "/a/b", "/a/b"},
		{"relative", "a//b/./c", "a/b/c"},
		{"one slash", "file:/a/b", "/a/b"},
		{"three slashes", "file:///a/b/", "/a/b"},
		{"localhost", "file://localhost/a", "/a"},
		{"other host is another place", "file://host/a", "file://host/a"},
		{"dots", "/a/../../etc//passwd", "/etc/passwd"},
		{"backslash", `file:/a\b`, "/a/b"},
		{"spaces stay", "file:/a b/%20", "/a b/%20"},
		{"object", "S3://Bucket//a/./b/", "s3://Bucket/a/b"},
		{"bucket", "s3://b/", "s3://b"},
		{"dots stop at the authority", "s3://b/../../c", "s3://b/c"},
		{"no authority", "hdfs:/a/", "hdfs:/a"},
		{"port", "hdfs://nn:8020/a", "hdfs://nn:8020/a"},
		{"colon in a name", "a:b/c", "a:b/c"},
		{"root", "file:///", "/"},
		{"empty", "", "."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := Clean(tc.in)
			if got != tc.want {
				t.Errorf("Clean(%q) = %q, want %q", tc.in, got, tc.want)
			}
			if again := Clean(got); again != got {
				t.Errorf("Clean(%q) = %q: not a fixed point", got, again)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	for in, want := range map[string]string{
		"s3a://b/x":              "s3://b/x",
		"s3p://b//x/":            "s3://b/x",
		"s3n://b/x":              "s3://b/x",
		"abfss://c@h/x":          "abfs://c@h/x",
		"gs://b/x":               "gs://b/x",
		"file:/x":                "/x",
		"hdfs://nn/x":            "hdfs://nn/x",
		"viewfs://cluster/s3a:/": "viewfs://cluster/s3a:",
	} {
		if got := Identity(in); got != want {
			t.Errorf("Identity(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestBelow(t *testing.T) {
	for _, tc := range []struct {
		dir, p, rest string
		ok           bool
	}{
		{"/a", "/a/b/c", "b/c", true},
		{"/a", "/a", "", true},
		{"/a", "/ab", "", false},
		{"/", "/a", "a", true},
		{"s3://b", "s3://b/x", "x", true},
		{"s3://b", "s3://bc/x", "", false},
	} {
		rest, ok := Below(tc.dir, tc.p)
		if ok != tc.ok || ok && rest != tc.rest {
			t.Errorf("Below(%q, %q) = %q, %t", tc.dir, tc.p, rest, ok)
		}
	}
}

func TestDirBaseJoin(t *testing.T) {
	for _, tc := range []struct{ in, dir, base string }{
		{"/a/b", "/a", "b"},
		{"file:/a", "/", "a"},
		{"/", "/", "/"},
		{"s3://b/x/y", "s3://b/x", "y"},
		{"s3://b/x", "s3://b", "x"},
		{"s3://b", "s3://b", "/"},
		{"hdfs:/a/b", "hdfs:/a", "b"},
	} {
		if got := Dir(tc.in); got != tc.dir {
			t.Errorf("Dir(%q) = %q, want %q", tc.in, got, tc.dir)
		}
		if tc.base != "/" {
			if got := Base(tc.in); got != tc.base {
				t.Errorf("Base(%q) = %q, want %q", tc.in, got, tc.base)
			}
			if got := Join(tc.dir, tc.base); got != Clean(tc.in) {
				t.Errorf("Join(%q, %q) = %q", tc.dir, tc.base, got)
			}
		}
	}
}

func TestIsAbs(t *testing.T) {
	for in, want := range map[string]bool{"/a": true, "s3://b": true, "file:/a": true, "a/b": false, "": false, "a:b": false, "../x": false} {
		if got := IsAbs(in); got != want {
			t.Errorf("IsAbs(%q) = %t", in, got)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"file:///a/..", `s3://b\..\c`, "hdfs:/", "a:/../b", "file://h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Clean(s)
		if again := Clean(c); again != c {
			t.Fatalf("%q cleans to %q, then to %q", s, c, again)
		}
	})
}

func FuzzShortCuts(f *testing.F) {
	for _, s := range []string{"/a/b", "s3://b/a", "S3://b/a", "file:/a", "/a//b", "/a/./b", "/a/..", `/a\b`, "s3:/b", "/", "a/b", "s3://b", "/.a", "s3:///b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Clean(s)
		if Clean(c) != c {
			t.Fatalf("Clean(%q) = %q, and again %q", s, c, Clean(c))
		}
		if isClean(s) && slowClean(s) != s {
			t.Fatalf("%q is taken as clean, but it is %q", s, slowClean(s))
		}
		if Parent(c) != Dir(c) {
			t.Fatalf("Parent(%q) = %q, Dir %q", c, Parent(c), Dir(c))
		}
	})
}

// slowClean is Clean without the short cut: a path that has something to clean is never taken as clean.
func slowClean(s string) string { return Clean(s + "/") }
