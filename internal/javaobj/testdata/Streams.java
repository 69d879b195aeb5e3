import java.io.*;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.*;

/** Prints streams.txt: `java Streams.java > streams.txt` (JDK 17). */
public class Streams {
    static class Base implements Serializable {
        private static final long serialVersionUID = 1;
        int i = -5;
        String s = "base";
    }

    /** Every field type, a cycle, a back reference, and an annotation whose data the writer cuts into blocks. */
    static class Sub extends Base {
        private static final long serialVersionUID = 2;
        long l = 1L << 40;
        boolean z = true;
        byte b = -1;
        char c = '\u20ac';
        short h = -2;
        float f = 1.5f;
        double d = -0.25;
        int[] ia = {1, -1};
        byte[] ba = {9, 8};
        Object self = this;
        String again = "base";

        private void writeObject(ObjectOutputStream o) throws IOException {
            o.defaultWriteObject();
            o.writeInt(7);
            o.writeObject("x\u0000\uD83D\uDE00");
            o.write(new byte[1500]);
            o.writeInt(8);
        }
    }

    static class Ext implements Externalizable {
        private static final long serialVersionUID = 3;
        public Ext() {}
        public void writeExternal(ObjectOutput o) throws IOException {
            o.writeUTF("ext");
            o.writeObject(Color.RED);
        }
        public void readExternal(ObjectInput i) {}
    }

    enum Color { RED, GREEN { int x; } }

    static class Handler implements InvocationHandler, Serializable {
        private static final long serialVersionUID = 4;
        public Object invoke(Object p, Method m, Object[] a) { return null; }
    }

    interface Body { void write(ObjectOutputStream o) throws IOException; }

    static void print(String name, Body body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ObjectOutputStream o = new ObjectOutputStream(bytes);
        body.write(o);
        o.flush();
        System.out.println(name + " " + HexFormat.of().formatHex(bytes.toByteArray()));
    }

    public static void main(String[] args) throws Exception {
        Class<?>[] interfaces = {Runnable.class, Comparator.class};
        Object proxy = Proxy.newProxyInstance(Streams.class.getClassLoader(), interfaces, new Handler());
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put(String.class, 1);
        map.put(int[].class, null);
        map.put("k", Color.RED);
        Object[] array = {"a", "a", new String[][] {{"b"}, null}, Color.RED, Color.RED};

        print("sub", o -> o.writeObject(new Sub()));
        print("externalizable", o -> o.writeObject(new Ext()));
        print("enum", o -> o.writeObject(Color.GREEN));
        print("proxy", o -> o.writeObject(proxy));
        print("map", o -> o.writeObject(map));
        print("array", o -> o.writeObject(array));
        print("descriptor", o -> o.writeObject(ObjectStreamClass.lookup(Base.class)));
        print("class", o -> o.writeObject(Runnable.class));
        print("date", o -> o.writeObject(new Date(5)));
        print("null", o -> o.writeObject(null));
        print("reset", o -> { o.reset(); o.reset(); o.writeObject("r"); });
        print("block", o -> o.writeInt(3));
    }
}
