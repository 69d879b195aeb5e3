package ckpt.harness.unusual;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Serializers whose values are Protobuf messages; they differ in how they store the length. */
abstract class EnvelopeSerializer extends TypeSerializerSingleton<Envelope> {
    abstract void writeLength(int length, DataOutputView target) throws IOException;

    abstract int readLength(DataInputView source) throws IOException;

    @Override
    public void serialize(Envelope value, DataOutputView target) throws IOException {
        byte[] message = value.order().toByteArray();
        writeLength(message.length, target);
        target.write(message);
    }

    @Override
    public Envelope deserialize(DataInputView source) throws IOException {
        byte[] message = new byte[readLength(source)];
        source.readFully(message);
        return new Envelope(Orders.Order.parseFrom(message));
    }

    @Override
    public Envelope deserialize(Envelope reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public Envelope copy(Envelope from) {
        return from;
    }

    @Override
    public Envelope copy(Envelope from, Envelope reuse) {
        return from;
    }

    @Override
    public Envelope createInstance() {
        return new Envelope(Orders.Order.getDefaultInstance());
    }

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public int getLength() {
        return -1;
    }

    /** A varint, as writeDelimitedTo has it. */
    public static final class DelimitedSerializer extends EnvelopeSerializer {
        @Override
        void writeLength(int length, DataOutputView target) throws IOException {
            for (; length >= 0x80; length >>>= 7) {
                target.writeByte(length & 0x7F | 0x80);
            }
            target.writeByte(length);
        }

        @Override
        int readLength(DataInputView source) throws IOException {
            int length = 0;
            for (int shift = 0; ; shift += 7) {
                int b = source.readUnsignedByte();
                length |= (b & 0x7F) << shift;
                if (b < 0x80) {
                    return length;
                }
            }
        }

        @Override
        public Snapshot snapshotConfiguration() {
            return new Snapshot();
        }

        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Envelope> {
            public Snapshot() {
                super(DelimitedSerializer::new);
            }
        }
    }

    /** An int. */
    public static final class FramedSerializer extends EnvelopeSerializer {
        @Override
        void writeLength(int length, DataOutputView target) throws IOException {
            target.writeInt(length);
        }

        @Override
        int readLength(DataInputView source) throws IOException {
            return source.readInt();
        }

        @Override
        public Snapshot snapshotConfiguration() {
            return new Snapshot();
        }

        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Envelope> {
            public Snapshot() {
                super(FramedSerializer::new);
            }
        }
    }

    /** None: it takes all that RocksDB has. */
    public static final class BareSerializer extends EnvelopeSerializer {
        @Override
        void writeLength(int length, DataOutputView target) {}

        @Override
        int readLength(DataInputView source) {
            return ((DataInputDeserializer) source).available();
        }

        @Override
        public Snapshot snapshotConfiguration() {
            return new Snapshot();
        }

        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Envelope> {
            public Snapshot() {
                super(BareSerializer::new);
            }
        }
    }
}
