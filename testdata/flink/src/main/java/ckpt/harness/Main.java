package ckpt.harness;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Entry point: {@code Main TOOL ARGS…} runs {@code ckpt.harness.TOOL.Main}, so {@code generate}, {@code unusual} and {@code
 * restore} know nothing of each other.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int status = 0;
        try {
            Class.forName("ckpt.harness." + args[0] + ".Main")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            e.getCause().printStackTrace();
            status = 1;
        } catch (ReflectiveOperationException | ArrayIndexOutOfBoundsException e) {
            System.err.println("usage: generate|unusual|restore ARGS… (" + e + ")");
            status = 2;
        }
        System.exit(status); // Flink leaves threads behind
    }
}
