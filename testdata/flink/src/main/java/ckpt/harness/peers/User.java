package ckpt.harness.peers;

/** The POJO of the big snapshots. */
public class User {
    public long ts;
    public int age;
    public double score;
    public String name;
    public boolean active;
    public String note; // null for half of the keys

    public User() {}
}
