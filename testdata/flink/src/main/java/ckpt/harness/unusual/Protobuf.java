package ckpt.harness.unusual;

import ckpt.harness.Feed;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import ckpt.harness.generate.Shown;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Timestamp;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.UnknownFieldSet;
import com.twitter.chill.protobuf.ProtobufSerializer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Protobuf messages: by Kryo, for which chill's serializer is registered, and by serializers of the job's own. */
final class Protobuf implements Case {
    private static final String UID = "protobuf";
    private static final ValueStateDescriptor<Orders.Order> ORDER = new ValueStateDescriptor<>("order", Types.GENERIC(Orders.Order.class));
    private static final ListStateDescriptor<Parts.Part> PARTS = new ListStateDescriptor<>("parts", Types.GENERIC(Parts.Part.class));
    private static final ValueStateDescriptor<Object> ANY = new ValueStateDescriptor<>("any", Types.GENERIC(Object.class));
    private static final ValueStateDescriptor<Envelope> DELIMITED =
            new ValueStateDescriptor<>("delimited", new EnvelopeSerializer.DelimitedSerializer());
    private static final ValueStateDescriptor<Envelope> FRAMED =
            new ValueStateDescriptor<>("framed", new EnvelopeSerializer.FramedSerializer());
    private static final ListStateDescriptor<Envelope> LIST =
            new ListStateDescriptor<>("list", new EnvelopeSerializer.FramedSerializer());
    private static final ValueStateDescriptor<Envelope> BARE =
            new ValueStateDescriptor<>("bare", new EnvelopeSerializer.BareSerializer());

    private static final String TYPES =
            """
            serializers:
              ckpt.harness.unusual.EnvelopeSerializer$DelimitedSerializer:
                protobuf: {file: orders.desc, message: ckpt.harness.Order}
              ckpt.harness.unusual.EnvelopeSerializer$FramedSerializer:
                protobuf: {file: orders.desc, message: ckpt.harness.Order, length: int}
              ckpt.harness.unusual.EnvelopeSerializer$BareSerializer:
                protobuf: {file: orders.desc, message: ckpt.harness.Order, length: none}
            kryo:
              ckpt.harness.unusual.Orders$Order:
                protobuf: {file: orders.desc, message: ckpt.harness.Order}
              ckpt.harness.unusual.Parts$Part:
                protobuf: {file: orders.desc, message: ckpt.harness.Part}
            """;

    @Override
    public String name() {
        return "protobuf";
    }

    @Override
    public List<Params> captures() {
        return List.of(
                new Params("rocksdb", "canonical", false, 1, 128, 0),
                new Params("hashmap", "native", false, 1, 128, 0),
                new Params("rocksdb", "checkpoint", false, 2, 128, 0));
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        SerializerConfigImpl kryo = (SerializerConfigImpl) env.getConfig().getSerializerConfig();
        kryo.registerTypeWithKryoSerializer(Orders.Order.class, ProtobufSerializer.class);
        kryo.registerTypeWithKryoSerializer(Parts.Part.class, ProtobufSerializer.class);
        env.addSource(new Feed(0)).uid("feed").keyBy(n -> n, Types.LONG)
                .transform("protobuf", Types.LONG, new Operator(p.backend().equals("rocksdb"))).uid(UID);
    }

    @Override
    public String types() {
        return TYPES;
    }

    /** What {@code protoc --descriptor_set_out --include_imports} would write. */
    @Override
    public Map<String, byte[]> files() {
        return Map.of("orders.desc", FileDescriptorSet.newBuilder()
                .addFile(TimestampProto.getDescriptor().toProto())
                .addFile(Parts.getDescriptor().toProto())
                .addFile(Orders.getDescriptor().toProto())
                .build().toByteArray());
    }

    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        List<Orders.Order> all = orders();
        for (int i = 0; i < all.size(); i++) {
            long k = i;
            Orders.Order o = all.get(i);
            Object shown = new Envelope(o).shown();
            rows.keyed(UID, "order", "value", k, k, "value", Shown.of(o));
            rows.keyed(UID, "any", "value", k, k, "value", Shown.of(any(i, o)));
            rows.keyed(UID, "delimited", "value", k, k, "value", shown);
            rows.keyed(UID, "framed", "value", k, k, "value", shown);
            rows.keyed(UID, "list", "list", k, k, "index", 0, "value", shown);
            rows.keyed(UID, "list", "list", k, k, "index", 1, "value", new Envelope(all.get(0)).shown());
            if (p.backend().equals("rocksdb")) {
                rows.keyed(UID, "bare", "value", k, k, "value", shown);
            }
            for (int j = 0; j < parts().size(); j++) {
                rows.keyed(UID, "parts", "list", k, k, "index", j, "value", Shown.of(parts().get(j)));
            }
        }
    }

    private static Object any(int i, Orders.Order o) {
        return i % 3 == 0 ? o : i % 3 == 1 ? parts().get(1) : new ArrayList<>(Arrays.asList("text", null, o, parts().get(0)));
    }

    private static List<Parts.Part> parts() {
        return List.of(
                Parts.Part.newBuilder().setNumber("p-1").build(),
                Parts.Part.newBuilder().setNumber("p-2").setSize(7).setMaterial(Parts.Part.Material.WOOD)
                        .addAlso(Parts.Part.Material.STEEL).addAlso(Parts.Part.Material.WOOD)
                        .setDrawing(Parts.Part.Drawing.newBuilder().setSheet("s").addMarks(1).addMarks(-1))
                        .setHollow(false).putMade("here", Parts.Part.Material.STEEL).build());
    }

    /** The order of key i is order i: no field, every field, other members of the oneof, fields that the descriptor has not. */
    private static List<Orders.Order> orders() {
        UnknownFieldSet later = UnknownFieldSet.newBuilder()
                .addField(200, UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.copyFromUtf8("later")).build())
                .build();
        Orders.Order full = Orders.Order.newBuilder()
                .setId("o-1 \u00fc\ud83d\ude00").setCustomer(1L << 62).setState(Orders.State.SHIPPED)
                .setPlaced(Timestamp.newBuilder().setSeconds(1_700_000_000L).setNanos(7))
                .addLines(Orders.Order.Line.newBuilder().setSku("a").setN(-1))
                .addLines(Orders.Order.Line.getDefaultInstance())
                .addCodes(-1).addCodes(0).addCodes(Integer.MIN_VALUE)
                .putTotals("eur", 5).putByShelf(-3, Orders.Order.Line.newBuilder().setN(9).build())
                .setCard("4711").setPriority(0).setSeal(ByteString.copyFrom(new byte[] {0, -1}))
                .setSerial(-1).setShard(-1)
                .setReplaces(Orders.Order.newBuilder().setId("o-0").setReplaces(Orders.Order.newBuilder().setFree(false)))
                .addHistory(Orders.State.NEW).addHistory(Orders.State.PAID).addHistoryValue(99)
                .putStates("", Orders.State.PAID)
                .setWeight(-1.5).setDiscount(0.1f).setPart(parts().get(1)).setOffset(-2).addNotes("").addNotes("two")
                .build();
        return List.of(
                Orders.Order.getDefaultInstance(),
                full,
                Orders.Order.newBuilder().setId("cash").setCash(Orders.Order.Cash.getDefaultInstance()).setStateValue(42).build(),
                Orders.Order.newBuilder().setId("free").setFree(true).setWeight(Double.NaN).setUnknownFields(later).build(),
                Orders.Order.newBuilder().setId("inside").addLines(Orders.Order.Line.newBuilder().setUnknownFields(later)).build());
    }

    private static final class Operator extends Seeded {
        private final boolean bare;

        /** {@code bare}: with a state that only RocksDB can read. */
        Operator(boolean bare) {
            this.bare = bare;
        }

        @Override
        void register() throws Exception {
            for (var d : List.of(ORDER, ANY, DELIMITED, FRAMED)) {
                getPartitionedState(d);
            }
            getPartitionedState(PARTS);
            getPartitionedState(LIST);
            if (bare) {
                getPartitionedState(BARE);
            }
        }

        @Override
        void fill() throws Exception {
            List<Orders.Order> all = orders();
            for (int i = 0; i < all.size(); i++) {
                if (owns((long) i)) {
                    Envelope e = new Envelope(all.get(i));
                    getPartitionedState(ORDER).update(e.order());
                    getPartitionedState(ANY).update(any(i, e.order()));
                    getPartitionedState(DELIMITED).update(e);
                    getPartitionedState(FRAMED).update(e);
                    getPartitionedState(LIST).addAll(List.of(e, new Envelope(all.get(0))));
                    getPartitionedState(PARTS).addAll(parts());
                    if (bare) {
                        getPartitionedState(BARE).update(e);
                    }
                }
            }
        }
    }
}
