package ckpt.harness.peers;

import java.io.IOException;
import java.net.URI;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;

/**
 * Scheme {@code buffered}: local files with a read buffer. Flink's own local stream has none, and a heap restore issues one system
 * call per primitive, six times the CPU; remote file systems do buffer, so this is the fair figure for the peer.
 */
public final class BufferedFiles extends LocalFileSystem {
    /** Registered as a service. */
    public static final class Factory implements FileSystemFactory {
        @Override
        public String getScheme() {
            return "buffered";
        }

        @Override
        public FileSystem create(URI uri) {
            return new BufferedFiles();
        }
    }

    @Override
    public URI getUri() {
        return URI.create("buffered:///");
    }

    @Override
    public FSDataInputStream open(Path p) throws IOException {
        return new Buffered(super.open(p));
    }

    @Override
    public FSDataInputStream open(Path p, int bufferSize) throws IOException {
        return open(p);
    }

    private static final class Buffered extends FSDataInputStream {
        private final FSDataInputStream in;
        private final byte[] buffer = new byte[256 << 10];
        private int at, limit; // of what is buffered
        private long end; // position in the file of buffer[limit]

        Buffered(FSDataInputStream in) {
            this.in = in;
        }

        private boolean fill() throws IOException {
            at = 0;
            limit = Math.max(0, in.read(buffer, 0, buffer.length));
            end += limit;
            return limit > 0;
        }

        @Override
        public void seek(long to) throws IOException {
            if (to >= end - limit && to <= end) {
                at = (int) (to - (end - limit));
                return;
            }
            in.seek(to);
            at = limit = 0;
            end = to;
        }

        @Override
        public long getPos() {
            return end - limit + at;
        }

        @Override
        public int read() throws IOException {
            return at < limit || fill() ? buffer[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] to, int off, int n) throws IOException {
            if (n == 0) {
                return 0;
            }
            if (at == limit && !fill()) {
                return -1;
            }
            n = Math.min(n, limit - at);
            System.arraycopy(buffer, at, to, off, n);
            at += n;
            return n;
        }

        @Override
        public int available() throws IOException {
            return limit - at + in.available();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
