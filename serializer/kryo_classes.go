package serializer

import "strings"

// kryoForm is how the body of a class's instances lies in bytes.
type kryoForm uint8

const (
	formUnknown kryoForm = iota
	// Boxes: not tracked.
	formInt
	formLong
	formShort
	formChar
	formFloat
	formDouble
	formByte
	formBoolean
	// Text and numbers.
	formString
	formText // a string of another class
	formBigInteger
	formBigDecimal
	formUUID
	formBitSet
	formPattern
	formAddress
	formLocale
	formClassOf
	formCalendar
	// Times.
	formDate
	formTimestamp
	formInstant
	formLocalDate
	formLocalTime
	formLocalDateTime
	formDuration
	formZoneOffset
	formOffsetDateTime
	formOffsetTime
	formZonedDateTime
	formZoneRegion
	formYear
	formYearMonth
	formMonthDay
	formPeriod
	// Containers.
	formArray       // elem
	formList        // any collection
	formSorted      // a collection with a comparator
	formArraysList  // Arrays.asList
	formImmutable   // List.of, Set.of
	formMap         // any map
	formSortedMap   // a map with a comparator
	formSkipList    // a map; since 5.6 with a comparator
	formEnumMap     // keys are enums
	formEnumSet     // ordinals
	formEmptyList   // nothing
	formEmptyMap    // nothing
	formSingle      // one VALUE
	formSingleMap   // two
	formOptional    // a VALUE or null
	formOptionalInt // since 5.6 little endian
	formOptionalLong
	formOptionalDouble
	// The rest.
	formEnum    // symbols
	formFields  // desc
	formRecord  // desc
	formAtomic  // desc of one field, which the object is
	formNothing // no content
	formJava    // one Java object stream
	formMessage // length and bytes
	formScalaOne
	formScalaTuple
	formScalaFixed // a tuple of raw primitives
	formScalaList
	formScalaMap
	formScalaSorted
	formScalaSortedMap
	formScalaBits
	formScalaEnum
	formScalaArray
)

// kryoClass is a class and how Kryo writes its instances.
type kryoClass struct {
	name    string
	form    kryoForm
	final   bool
	elem    *kryoClass    // array: component
	desc    *kryoFields   // fields
	letters string        // formScalaFixed: J, I, D
	labels  []string      // enum: constants
	always  bool          // Scala: registered in 2.x too
	size    int           // Scala tuples
	reason  string        // formUnknown
	params  []string      // type variables of a described class
	source  *KryoClass    // what described it
	message *protoMessage // formMessage; neither: it is not described
	avro    *node
}

func (c *kryoClass) described() bool { return c.source != nil }

// untracked says whether no object numbers are given to instances, and so no markers are written.
func (c *kryoClass) untracked(five bool) bool {
	return c.form >= formInt && c.form <= formBoolean || five && c.form == formEnum
}

// kryoPrimitives are component classes by JVM letter.
var kryoPrimitives = map[string]*kryoClass{
	"Z": {name: "[Z", form: formArray, final: true, elem: &kryoClass{name: "boolean", form: formBoolean}},
	"B": {name: "[B", form: formArray, final: true, elem: &kryoClass{name: "byte", form: formByte}},
	"S": {name: "[S", form: formArray, final: true, elem: &kryoClass{name: "short", form: formShort}},
	"C": {name: "[C", form: formArray, final: true, elem: &kryoClass{name: "char", form: formChar}},
	"I": {name: "[I", form: formArray, final: true, elem: &kryoClass{name: "int", form: formInt}},
	"J": {name: "[J", form: formArray, final: true, elem: &kryoClass{name: "long", form: formLong}},
	"F": {name: "[F", form: formArray, final: true, elem: &kryoClass{name: "float", form: formFloat}},
	"D": {name: "[D", form: formArray, final: true, elem: &kryoClass{name: "double", form: formDouble}},
}

// kryoBoxes are the ids of boxes, which have those of their primitives.
var kryoBoxes = map[string]int{
	"java.lang.Integer": 0, "java.lang.Float": 2, "java.lang.Boolean": 3, "java.lang.Byte": 4,
	"java.lang.Character": 5, "java.lang.Short": 6, "java.lang.Long": 7, "java.lang.Double": 8, "java.lang.Void": 9,
}

// kryoFixed returns the class that has id i below the first registration; empty: none.
func kryoFixed(i, first int) string {
	switch {
	case i < len(kryoIDs) && i < first:
		return kryoIDs[i]
	case first < kryoFirst:
		return ""
	case i >= kryoFirstJDK:
		return kryoJDKIDs[i-kryoFirstJDK]
	}
	return scalaIDs[i-len(kryoIDs)]
}

var kryoIDs = [...]string{"int", "java.lang.String", "float", "boolean", "byte", "char", "short", "long", "double", "void"}

var kryoJDKIDs = [...]string{
	"java.util.Arrays$ArrayList", "java.util.BitSet", "java.util.PriorityQueue", "java.util.regex.Pattern",
	"java.sql.Date", "java.sql.Time", "java.sql.Timestamp", "java.net.URI", "java.net.InetSocketAddress",
	"java.util.UUID", "java.util.Locale", "java.text.SimpleDateFormat",
}

// kryoKnown are the classes of the platform, of Flink and of Scala that Kryo's own serializers, or its field serializer,
// write in a known way.
var kryoKnown = makeKryoKnown()

func makeKryoKnown() map[string]*kryoClass {
	m := map[string]*kryoClass{}
	add := func(form kryoForm, final bool, names string) {
		for name := range strings.FieldsSeq(names) {
			m[name] = &kryoClass{name: name, form: form, final: final}
		}
	}
	add(formInt, true, "int java.lang.Integer")
	add(formLong, true, "long java.lang.Long")
	add(formShort, true, "short java.lang.Short")
	add(formChar, true, "char java.lang.Character")
	add(formFloat, true, "float java.lang.Float")
	add(formDouble, true, "double java.lang.Double")
	add(formByte, true, "byte java.lang.Byte")
	add(formBoolean, true, "boolean java.lang.Boolean")
	add(formString, true, "java.lang.String")
	add(formText, true, "java.lang.StringBuilder java.lang.StringBuffer java.net.URI java.util.Currency")
	add(formText, false, "java.util.TimeZone java.util.SimpleTimeZone sun.util.calendar.ZoneInfo")
	add(formBigInteger, false, "java.math.BigInteger")
	add(formBigDecimal, false, "java.math.BigDecimal")
	add(formUUID, true, "java.util.UUID")
	add(formBitSet, false, "java.util.BitSet")
	add(formPattern, true, "java.util.regex.Pattern")
	add(formAddress, false, "java.net.InetSocketAddress")
	add(formLocale, true, "java.util.Locale")
	add(formClassOf, true, "java.lang.Class")
	add(formCalendar, false, "java.util.GregorianCalendar")
	add(formDate, false, "java.util.Date java.sql.Date java.sql.Time")
	add(formTimestamp, false, "java.sql.Timestamp")
	for form, name := range map[kryoForm]string{
		formInstant: "Instant", formLocalDate: "LocalDate", formLocalTime: "LocalTime", formLocalDateTime: "LocalDateTime",
		formDuration: "Duration", formZoneOffset: "ZoneOffset", formOffsetDateTime: "OffsetDateTime",
		formOffsetTime: "OffsetTime", formZonedDateTime: "ZonedDateTime", formZoneRegion: "ZoneRegion", formYear: "Year",
		formYearMonth: "YearMonth", formMonthDay: "MonthDay", formPeriod: "Period",
	} {
		add(form, true, "java.time."+name)
	}
	addKryoContainers(add)
	add(formNothing, false, "java.lang.Object java.util.Collections$ReverseComparator java.lang.String$CaseInsensitiveComparator")
	add(formJava, false, "java.lang.Throwable java.lang.Exception java.lang.RuntimeException java.lang.Error java.text.SimpleDateFormat")
	for _, e := range kryoEnums {
		m[e.name] = &kryoClass{name: e.name, form: formEnum, final: true, labels: strings.Fields(e.labels)}
	}
	for _, c := range kryoPrimitives {
		m[c.name] = c
	}
	for name := range strings.FieldsSeq("java.lang.Object java.lang.String java.lang.Integer java.lang.Long java.lang.Double") {
		a := arrayOf(m[name], 1)
		m[a.name] = a
	}
	addScala(m)
	addKryoFields(m)
	return m
}

func addKryoContainers(add func(form kryoForm, final bool, names string)) {
	const u, c = "java.util.", "java.util.concurrent."
	in := func(pkg, names string) string {
		return pkg + strings.Join(strings.Fields(names), " "+pkg)
	}
	add(formList, false, in(u, "ArrayList LinkedList Vector Stack HashSet LinkedHashSet ArrayDeque ArrayList$SubList HashMap$KeySet HashMap$Values LinkedHashMap$LinkedKeySet LinkedHashMap$LinkedValues TreeMap$Values"))
	add(formList, false, in(c, "CopyOnWriteArrayList CopyOnWriteArraySet ConcurrentLinkedQueue ConcurrentLinkedDeque LinkedBlockingQueue LinkedBlockingDeque ConcurrentSkipListSet"))
	add(formList, false, in(u+"Collections$", "UnmodifiableCollection UnmodifiableList UnmodifiableRandomAccessList UnmodifiableSet UnmodifiableSortedSet UnmodifiableNavigableSet SynchronizedCollection SynchronizedList SynchronizedRandomAccessList SynchronizedSet SynchronizedSortedSet SynchronizedNavigableSet CopiesList SetFromMap"))
	add(formSorted, false, u+"TreeSet "+u+"PriorityQueue")
	add(formArraysList, false, u+"Arrays$ArrayList")
	add(formImmutable, true, in(u+"ImmutableCollections$", "ListN List12 SetN Set12"))
	add(formMap, false, in(u, "HashMap LinkedHashMap Hashtable Properties IdentityHashMap WeakHashMap"))
	add(formMap, false, c+"ConcurrentHashMap")
	add(formSkipList, false, c+"ConcurrentSkipListMap")
	add(formMap, false, in(u+"ImmutableCollections$", "MapN Map1"))
	add(formMap, false, in(u+"Collections$", "UnmodifiableMap UnmodifiableSortedMap UnmodifiableNavigableMap SynchronizedMap SynchronizedSortedMap SynchronizedNavigableMap"))
	add(formSortedMap, false, u+"TreeMap")
	add(formEnumMap, false, u+"EnumMap")
	add(formEnumSet, false, u+"RegularEnumSet "+u+"JumboEnumSet")
	add(formEmptyList, false, in(u+"Collections$", "EmptyList EmptySet"))
	add(formEmptyMap, false, u+"Collections$EmptyMap")
	add(formSingle, false, in(u+"Collections$", "SingletonList SingletonSet"))
	add(formSingleMap, false, u+"Collections$SingletonMap")
	add(formOptional, true, u+"Optional")
	add(formOptionalInt, true, u+"OptionalInt")
	add(formOptionalLong, true, u+"OptionalLong")
	add(formOptionalDouble, true, u+"OptionalDouble")
}

// kryoEnums are enums whose constants are known.
var kryoEnums = [...]struct{ name, labels string }{
	{"java.util.concurrent.TimeUnit", "NANOSECONDS MICROSECONDS MILLISECONDS SECONDS MINUTES HOURS DAYS"},
	{"java.util.Comparators$NaturalOrderComparator", "INSTANCE"},
	{"java.time.DayOfWeek", "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY"},
	{"java.time.Month", "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER"},
	{"java.math.RoundingMode", "UP DOWN CEILING FLOOR HALF_UP HALF_DOWN HALF_EVEN UNNECESSARY"},
	{"org.apache.flink.types.RowKind", "INSERT UPDATE_BEFORE UPDATE_AFTER DELETE"},
}
