package ckpt.harness.unusual;

import ckpt.harness.KryoBase;
import ckpt.harness.avro.Reading;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.formats.avro.typeutils.AvroSerializer;

/** Serializers of Avro records whose schema no snapshot has. */
abstract class ReadingSerializer extends TypeSerializerSingleton<Reading> {
    /** In Avro's own encoding. */
    static byte[] bytes(Reading r) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
            new SpecificDatumWriter<>(Reading.class).write(r, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Reading reading(byte[] b) {
        try {
            return new SpecificDatumReader<>(Reading.class).read(null, DecoderFactory.get().binaryDecoder(b, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Reading deserialize(Reading reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public Reading copy(Reading from) {
        return reading(bytes(from));
    }

    @Override
    public Reading copy(Reading from, Reading reuse) {
        return copy(from);
    }

    @Override
    public Reading createInstance() {
        return new Reading();
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public int getLength() {
        return -1;
    }

    /** An int and Avro's own encoding. */
    public static final class OwnSerializer extends ReadingSerializer {
        @Override
        public void serialize(Reading r, DataOutputView target) throws IOException {
            byte[] b = bytes(r);
            target.writeInt(b.length);
            target.write(b);
        }

        @Override
        public Reading deserialize(DataInputView source) throws IOException {
            byte[] b = new byte[source.readInt()];
            source.readFully(b);
            return reading(b);
        }

        @Override
        public Snapshot snapshotConfiguration() {
            return new Snapshot();
        }

        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Reading> {
            public Snapshot() {
                super(OwnSerializer::new);
            }
        }
    }

    /** What Flink's AvroSerializer writes, without its snapshot. */
    public static final class FlinkSerializer extends ReadingSerializer {
        private transient AvroSerializer<Reading> flink;

        private AvroSerializer<Reading> flink() {
            if (flink == null) {
                flink = new AvroSerializer<>(Reading.class);
            }
            return flink;
        }

        @Override
        public void serialize(Reading r, DataOutputView target) throws IOException {
            flink().serialize(r, target);
        }

        @Override
        public Reading deserialize(DataInputView source) throws IOException {
            return flink().deserialize(source);
        }

        @Override
        public Snapshot snapshotConfiguration() {
            return new Snapshot();
        }

        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Reading> {
            public Snapshot() {
                super(FlinkSerializer::new);
            }
        }
    }

    /** For Kryo: a length and Avro's own encoding. */
    public static final class ForKryo extends KryoBase<Gauge> {
        @Override
        public void write(Kryo kryo, Output out, Gauge g) {
            byte[] b = bytes(g.reading());
            out.writeInt(b.length, true);
            out.writeBytes(b);
        }

        @Override
        protected Gauge read(Kryo kryo, Input in) {
            return new Gauge(reading(in.readBytes(in.readInt(true))));
        }
    }
}
