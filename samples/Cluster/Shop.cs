using Signals.Kafka;

namespace Signals.Samples.Cluster;

/// <summary>What generator and silos agree on. Immutable.</summary>
internal static class Shop
{
    public const string Topic = "shop";
    public const int Partitions = 12;
    public const int Users = 500;

    public static readonly StoreSchema Schema = StoreSchema.Define(
        s => s.EventType("view", t => t.Field<int>("item").Field<float>("dwell_seconds").KeepLast(200)).AddLogDefinitions());

    /// <summary>Which topic it is. A real cluster of brokers knows; the one for tests does not.</summary>
    public static SourceIncarnation Incarnation => SourceIncarnation.From("the shop of the sample");

    public static SingleEvent View(int n)
    {
        SingleEvent view = new() { User = UserOf(n), TimeMs = 1_700_000_000_000 + n, Id = (ulong)n };
        view.Begin(Schema["view"]);
        view.Set(0, n % 1000);
        view.Set(1, n % 60 / 2f);
        return view;
    }

    public static UserId UserOf(int n) => UserId.From((ulong)(1 + (n % Users)));
}
