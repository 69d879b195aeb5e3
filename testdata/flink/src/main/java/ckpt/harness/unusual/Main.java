package ckpt.harness.unusual;

import ckpt.harness.Cluster;
import ckpt.harness.Params;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.util.EnvironmentInformation;

/** {@code unusual OUTDIR [all|committed|NAME-PART]}: writes {@code OUTDIR/<flink version>/unusual-<case>-<params>/}. */
public final class Main {
    private static final List<Case> CASES = List.of(
            new Namespaces(), new Custom(), new Lazy(), new SameName(), new Raw(), new Finished(), new Incremental(),
            new Changelog("filesystem", false), new Changelog("filesystem", true), new Changelog("memory", false),
            new Async(), new Cep(), new Kryo(), new Protobuf(), new Described());

    private Main() {}

    public static void main(String[] args) throws Exception {
        Path out = Path.of(args[0]).resolve(EnvironmentInformation.getVersion());
        String which = args.length > 1 ? args[1] : "all";
        try (Cluster cluster = new Cluster()) {
            for (Case c : CASES) {
                for (Params p : c.captures()) {
                    String name = "unusual-" + c.name() + "-" + p.name();
                    if (which.equals("all") || which.equals("committed") && Committed.has(name) || name.contains(which)) {
                        System.err.println(name);
                        Map<String, String> own = c.cluster(p);
                        if (own.isEmpty()) {
                            new Capture(cluster, c, p).run(out.resolve(name));
                        } else {
                            try (Cluster its = new Cluster(own)) {
                                new Capture(its, c, p).run(out.resolve(name));
                            }
                        }
                    }
                }
            }
        }
    }
}
