package ckpt.harness.unusual;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A user's own serializer. Nothing in a snapshot says where its values end. */
public final class TemperatureSerializer extends TypeSerializer<Temperature> {
    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public TypeSerializer<Temperature> duplicate() {
        return this;
    }

    @Override
    public Temperature createInstance() {
        return new Temperature("", 0);
    }

    @Override
    public Temperature copy(Temperature from) {
        return from;
    }

    @Override
    public Temperature copy(Temperature from, Temperature reuse) {
        return from;
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(Temperature value, DataOutputView target) throws IOException {
        target.writeInt(value.millikelvin());
        target.writeUTF(value.station());
    }

    @Override
    public Temperature deserialize(DataInputView source) throws IOException {
        int millikelvin = source.readInt();
        return new Temperature(source.readUTF(), millikelvin);
    }

    @Override
    public Temperature deserialize(Temperature reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof TemperatureSerializer;
    }

    @Override
    public int hashCode() {
        return 7;
    }

    @Override
    public TypeSerializerSnapshot<Temperature> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Its body is seven bytes that no length announces. */
    public static final class Snapshot implements TypeSerializerSnapshot<Temperature> {
        private static final byte[] BODY = {0x2C, 0, (byte) 0x80, (byte) 0xFF, 'a', 0, 2};

        @Override
        public int getCurrentVersion() {
            return 3;
        }

        @Override
        public void writeSnapshot(DataOutputView out) throws IOException {
            out.write(BODY);
        }

        @Override
        public void readSnapshot(int version, DataInputView in, ClassLoader loader) throws IOException {
            byte[] body = new byte[BODY.length];
            in.readFully(body);
            if (version != getCurrentVersion() || !Arrays.equals(body, BODY)) {
                throw new IOException("version " + version + ", body " + Arrays.toString(body));
            }
        }

        @Override
        public TypeSerializer<Temperature> restoreSerializer() {
            return new TemperatureSerializer();
        }

        /** As Flink 1.x asks. */
        public TypeSerializerSchemaCompatibility<Temperature> resolveSchemaCompatibility(
                TypeSerializer<Temperature> serializer) {
            return TypeSerializerSchemaCompatibility.compatibleAsIs();
        }

        /** As Flink 2.x asks. */
        public TypeSerializerSchemaCompatibility<Temperature> resolveSchemaCompatibility(
                TypeSerializerSnapshot<Temperature> old) {
            return TypeSerializerSchemaCompatibility.compatibleAsIs();
        }
    }
}
