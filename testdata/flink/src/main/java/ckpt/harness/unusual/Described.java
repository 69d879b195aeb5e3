package ckpt.harness.unusual;

import ckpt.harness.Feed;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import ckpt.harness.avro.Digest;
import ckpt.harness.avro.Level;
import ckpt.harness.avro.Reading;
import ckpt.harness.generate.Shown;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Classes that a description makes readable: Avro records without a recorded schema, classes that Kryo writes field by field. */
final class Described implements Case {
    private static final String UID = "described";
    private static final ValueStateDescriptor<Vehicle> VEHICLE = new ValueStateDescriptor<>("vehicle", Types.GENERIC(Vehicle.class));
    private static final ListStateDescriptor<Vehicle.Wheel> WHEELS = new ListStateDescriptor<>("wheels", Types.GENERIC(Vehicle.Wheel.class));
    private static final ValueStateDescriptor<Object> ANY = new ValueStateDescriptor<>("any", Types.GENERIC(Object.class));
    private static final ValueStateDescriptor<Long> AFTER = new ValueStateDescriptor<>("after", Types.LONG);
    private static final ValueStateDescriptor<Gauge> KRYO = new ValueStateDescriptor<>("kryo-avro", Types.GENERIC(Gauge.class));
    private static final ValueStateDescriptor<Reading> OWN = new ValueStateDescriptor<>("own-avro", new ReadingSerializer.OwnSerializer());
    private static final ValueStateDescriptor<Reading> FLINK = new ValueStateDescriptor<>("flink-avro", new ReadingSerializer.FlinkSerializer());

    private static final ValueStateDescriptor<Ticket> TICKET = new ValueStateDescriptor<>("ticket", Types.GENERIC(Ticket.class));

    private static final String TYPES =
            """
            serializers:
              ckpt.harness.unusual.ReadingSerializer$OwnSerializer:
                avro: {schema: reading.avsc, length: int}
            avro:
              ckpt.harness.unusual.ReadingSerializer$FlinkSerializer: reading.avsc
            """ + Vehicle.DESCRIPTION + Ticket.DESCRIPTION + """
              ckpt.harness.unusual.Gauge:
                avro: reading.avsc
            """;

    @Override
    public String name() {
        return "described";
    }

    @Override
    public List<Params> captures() {
        return List.of(
                new Params("hashmap", "native", false, 1, 128, 0),
                new Params("rocksdb", "canonical", false, 1, 128, 0));
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        SerializerConfigImpl kryo = (SerializerConfigImpl) env.getConfig().getSerializerConfig();
        kryo.registerKryoType(Vehicle.Truck.class);
        kryo.registerKryoType(Vehicle.Wheel.class);
        kryo.registerTypeWithKryoSerializer(Gauge.class, ReadingSerializer.ForKryo.class);
        kryo.registerTypeWithKryoSerializer(Ticket.class, Ticket.ForKryo.class);
        env.addSource(new Feed(0)).uid("feed").keyBy(n -> n, Types.LONG)
                .transform("described", Types.LONG, new Operator()).uid(UID);
    }

    @Override
    public String types() {
        return TYPES;
    }

    @Override
    public Map<String, byte[]> files() {
        return Map.of("reading.avsc", Reading.getClassSchema().toString(true).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        for (int i = 0; i < vehicles().size(); i++) {
            long k = i;
            rows.keyed(UID, "vehicle", "value", k, k, "value", Shown.of(vehicles().get(i)));
            rows.keyed(UID, "any", "value", k, k, "value", Shown.of(any(i)));
            rows.keyed(UID, "after", "value", k, k, "value", after(i));
            for (int j = 0; j < wheels(i).size(); j++) {
                rows.keyed(UID, "wheels", "list", k, k, "index", j, "value", Shown.of(wheels(i).get(j)));
            }
            rows.keyed(UID, "kryo-avro", "value", k, k, "value", Shown.of(new Gauge(reading(i))));
            rows.keyed(UID, "ticket", "value", k, k, "value", new Ticket(i).shown());
            rows.keyed(UID, "own-avro", "value", k, k, "value", Shown.of(reading(i)));
            rows.keyed(UID, "flink-avro", "value", k, k, "value", Shown.of(reading(i)));
        }
    }

    private static long after(int i) {
        return i * 1_000_003L - 7;
    }

    private static Reading reading(int i) {
        return new Reading("sensor \u00fc", -i, i * 10_000_000_000L, i / 2f, -i / 4d, i > 0, ByteBuffer.wrap(new byte[] {(byte) i, -1}),
                i == 1 ? null : "note", Level.values()[i % 3], new Digest(new byte[] {1, 2, 3, (byte) i}),
                i == 2 ? List.of() : List.of(i, -i), i == 0 ? Map.of() : Map.of("l", (long) -i),
                i == 0 ? null : i == 1 ? (Object) 5L : i == 2 ? (Object) "s" : (Object) true);
    }

    private static List<Vehicle.Wheel> wheels(int i) {
        return List.of(new Vehicle.Wheel(i, null), new Vehicle.Wheel(-i, i + 0.5f));
    }

    private static Object any(int i) {
        return switch (i) {
            case 0 -> 1L << 40;
            case 1 -> "text";
            case 2 -> new ArrayList<>(Arrays.asList(1, null, new LinkedList<>(List.of("in"))));
            default -> new UUID(1, -1);
        };
    }

    private static List<Vehicle> vehicles() {
        Vehicle empty = new Vehicle();
        Vehicle circle = new Vehicle();
        circle.plate = "circle";
        circle.since = new Date(-1);
        circle.wheels = new ArrayList<>(Arrays.asList(new Vehicle.Wheel(1, 2.5f), null, new Vehicle.Wheel(2, null)));
        circle.tows = circle;
        circle.log = new HashMap<>(Map.of("may", new ArrayList<>(List.of(1, -300))));
        circle.seats = new int[] {2, 3};
        Vehicle.Truck truck = new Vehicle.Truck();
        truck.plate = "truck \u00fc";
        truck.since = new Date(1_700_000_000_000L);
        truck.wheels = new LinkedList<>(wheels(3));
        truck.tows = new Vehicle();
        truck.tows.plate = "trailer";
        truck.log = new HashMap<>();
        truck.load = -0.5;
        truck.kind = Vehicle.Kind.TANK;
        truck.stops = new String[] {"a", null, "b"};
        truck.range = new Vehicle.Pair<>("from", 1L << 33, new ArrayList<>(Arrays.asList("via", null)));
        Vehicle.Stops cargo = new Vehicle.Stops();
        cargo.addAll(List.of("crate", 5));
        truck.cargo = cargo;
        Vehicle.Truck bare = new Vehicle.Truck();
        bare.cargo = new ArrayList<>(List.of(new Vehicle.Wheel(9, 9f)));
        return List.of(empty, circle, truck, bare);
    }

    private static final class Operator extends Seeded {
        @Override
        void register() throws Exception {
            for (var d : List.of(VEHICLE, ANY, AFTER, KRYO, OWN, FLINK, TICKET)) {
                getPartitionedState(d);
            }
            getPartitionedState(WHEELS);
        }

        @Override
        void fill() throws Exception {
            for (int i = 0; i < vehicles().size(); i++) {
                if (owns((long) i)) {
                    getPartitionedState(VEHICLE).update(vehicles().get(i));
                    getPartitionedState(ANY).update(any(i));
                    getPartitionedState(AFTER).update(after(i));
                    getPartitionedState(WHEELS).addAll(wheels(i));
                    getPartitionedState(KRYO).update(new Gauge(reading(i)));
                    getPartitionedState(TICKET).update(new Ticket(i));
                    getPartitionedState(OWN).update(reading(i));
                    getPartitionedState(FLINK).update(reading(i));
                }
            }
        }
    }
}
