package ckpt.harness.peers;

/** {@code peers generate N OUTDIR} or {@code peers read SNAPSHOT EXPECTED}; see {@link Generate} and {@link Read}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "generate" -> Generate.run(Long.parseLong(args[1]), java.nio.file.Path.of(args[2]));
            case "read" -> Read.run(java.nio.file.Path.of(args[1]), java.nio.file.Path.of(args[2]));
            default -> throw new IllegalArgumentException("peers generate N OUTDIR | peers read SNAPSHOT EXPECTED");
        }
    }
}
