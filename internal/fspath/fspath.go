// Package fspath is the arithmetic of file paths as Flink writes them: URIs with or without authority, and bare
// absolute paths. It touches no file system; all functions are safe for concurrent use.
package fspath

import (
	"path"
	"strings"
)

// Split takes a path apart. The scheme is empty for a bare path; it ends at the first ":/" that only
// scheme characters precede, so that "a:b" is a relative path.
func Split(s string) (scheme, authority, p string) {
	i := strings.Index(s, ":/")
	if i <= 0 || !isScheme(s[:i]) {
		return "", "", s
	}
	scheme, p = strings.ToLower(s[:i]), s[i+1:]
	if rest, ok := strings.CutPrefix(p, "//"); ok {
		authority, p = rest, ""
		if j := strings.IndexByte(rest, '/'); j >= 0 {
			authority, p = rest[:j], rest[j:]
		}
	}
	return scheme, authority, p
}

func isScheme(s string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		other := '0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return s != ""
}

// Clean normalises a path, so that equal strings name equal files: backslashes become slashes (as in Flink's Path),
// repeated and trailing slashes and the elements "." and ".." go away, and "file:/x", "file:///x" and
// "file://localhost/x" become "/x". Nothing is unescaped: Flink writes names literally.
func Clean(s string) string {
	if isClean(s) {
		return s
	}
	scheme, authority, p := Split(strings.ReplaceAll(s, `\`, "/"))
	switch {
	case scheme == "":
		return path.Clean(p)
	case scheme == "file" && (authority == "" || authority == "localhost"):
		return path.Clean("/" + p)
	}
	p = path.Clean("/" + p)
	if authority == "" {
		return scheme + ":" + p
	}
	if p == "/" {
		p = ""
	}
	return scheme + "://" + authority + p
}

// isClean recognises most clean paths without taking them apart: metadata names tens of thousands of them.
func isClean(s string) bool {
	scheme, _, p := Split(s)
	if scheme == "file" || len(p) < 2 || p[0] != '/' || p[len(p)-1] == '/' || scheme != "" && s[0] < 'a' {
		return false
	}
	if scheme != "" && (strings.ToLower(s[:len(scheme)]) != s[:len(scheme)] || !strings.HasPrefix(s[len(scheme):], "://") || s[len(scheme)+3] == '/') {
		return false
	}
	if strings.Contains(s[len(scheme):], `\`) {
		return false
	}
	for i := 0; i < len(p)-1; i++ {
		if p[i] == '/' && (p[i+1] == '/' || p[i+1] == '.') {
			return false
		}
	}
	return true
}

// Parent is the directory of a clean path, as Dir gives it.
func Parent(s string) string {
	i := strings.LastIndexByte(s, '/')
	if i < 1 || s[i-1] == '/' || s[i-1] == ':' { // at a root
		return Dir(s)
	}
	return s[:i]
}

// Identity is Clean with schemes that mean the same store made equal: s3, s3a, s3n and s3p are names of plugins,
// not of places.
func Identity(s string) string {
	s = Clean(s)
	scheme, _, _ := Split(s)
	switch scheme {
	case "s3a", "s3n", "s3p":
		return "s3" + s[len(scheme):]
	case "wasbs", "abfss":
		return scheme[:len(scheme)-1] + s[len(scheme):]
	}
	return s
}

// IsAbs reports whether a path is a URI or begins with a slash.
func IsAbs(s string) bool {
	scheme, _, p := Split(s)
	return scheme != "" || strings.HasPrefix(p, "/") || strings.HasPrefix(p, `\`)
}

// Below returns what follows dir in p ("" if they are equal) when p is dir or lies below it. Both must be clean.
func Below(dir, p string) (rest string, ok bool) {
	if p == dir {
		return "", true
	}
	if !strings.HasSuffix(dir, "/") { // only the root of a file system ends so
		dir += "/"
	}
	return strings.CutPrefix(p, dir)
}

// Join appends slash-separated elements to a directory and cleans the result.
func Join(dir string, elem ...string) string {
	return Clean(strings.Join(append([]string{dir}, elem...), "/"))
}

// Dir is the directory of a path: all but its last element, cleaned. The root of a file system is its own directory.
func Dir(s string) string {
	s = Clean(s)
	scheme, authority, p := Split(s)
	if scheme == "" {
		return path.Dir(p)
	}
	if authority == "" {
		return scheme + ":" + path.Dir(p)
	}
	return Clean(scheme + "://" + authority + path.Dir("/"+p))
}

// Base is the last element of a path.
func Base(s string) string {
	_, _, p := Split(Clean(s))
	return path.Base(p)
}
