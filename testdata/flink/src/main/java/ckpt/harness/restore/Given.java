package ckpt.harness.restore;

import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** The type of keys of which only the serializer is known. */
final class Given extends TypeInformation<Object> {
    private final TypeSerializer<Object> serializer;

    Given(TypeSerializer<Object> serializer) {
        this.serializer = serializer;
    }

    /** As Flink 1.x asks. */
    public TypeSerializer<Object> createSerializer(ExecutionConfig config) {
        return serializer;
    }

    /** As Flink 2.x asks. */
    public TypeSerializer<Object> createSerializer(SerializerConfig config) {
        return serializer;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public Class<Object> getTypeClass() {
        return Object.class;
    }

    @Override
    public boolean isKeyType() {
        return true;
    }

    @Override
    public String toString() {
        return serializer.toString();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Given g && g.serializer.equals(serializer);
    }

    @Override
    public int hashCode() {
        return serializer.hashCode();
    }

    @Override
    public boolean canEqual(Object o) {
        return o instanceof Given;
    }
}
