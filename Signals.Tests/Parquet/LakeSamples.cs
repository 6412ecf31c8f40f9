namespace Signals.Tests.Parquet;

/// <summary>A type with a column of each kind, and a few events of it whose values are known. Pure.</summary>
internal static class LakeSamples
{
    public const long DayMs = 86_400_000;
    public const long NoonMs = 1_772_366_400_000; // 2026-03-01T12:00:00Z

    public static StoreSchema Schema { get; } = StoreSchema.Define(schema => schema.EventType("view", type => type
        .Field<bool>("flag").Field<sbyte>("i8").Field<byte>("u8").Field<short>("i16").Field<ushort>("u16")
        .Field<int>("i32").Field<uint>("u32").Field<long>("i64").Field<ulong>("u64")
        .Field<Half>("f16").Field<float>("f32").Field<double>("f64").Text("title").Bytes("raw")
        .Vector<sbyte>("v8", 2).Vector<Half>("v16", 2).Vector<float>("v32", 3).Enrichment<float>("score")));

    /// <summary>Four events: all values of the least, all of the greatest, all null, all absent; on two days.</summary>
    public static async Task<SignalStore> OpenAsync(string path)
    {
        SignalStore store = SignalStore.Open(path, Schema);
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From("ann"), NoonMs, 1)
            .Set("flag", false).Set("i8", sbyte.MinValue).Set("u8", byte.MinValue).Set("i16", short.MinValue).Set("u16", ushort.MinValue)
            .Set("i32", int.MinValue).Set("u32", uint.MinValue).Set("i64", long.MinValue).Set("u64", ulong.MinValue)
            .Set("f16", (Half)(-1.5f)).Set("f32", -2.5f).Set("f64", -3.5).Set("title", "").SetBytes("raw", [])
            .SetVector<sbyte>("v8", [-128, 127]).SetVector<Half>("v16", [(Half)0.5f, (Half)(-0.5f)]).SetVector<float>("v32", [1, 2, 3])
            .Set("score", 0.25f);
        batch.Add(UserId.From("ann"), NoonMs + DayMs, ulong.MaxValue)
            .Set("flag", true).Set("i8", sbyte.MaxValue).Set("u8", byte.MaxValue).Set("i16", short.MaxValue).Set("u16", ushort.MaxValue)
            .Set("i32", int.MaxValue).Set("u32", uint.MaxValue).Set("i64", long.MaxValue).Set("u64", ulong.MaxValue)
            .Set("f16", (Half)1.5f).Set("f32", 2.5f).Set("f64", 3.5).Set("title", "Grüße, 世界").SetBytes("raw", [0, 255])
            .SetVector<sbyte>("v8", [1, 2]).SetVector<Half>("v16", [(Half)1, (Half)2]).SetVector<float>("v32", [4, 5, 6]);
        EventRow nulls = batch.Add(UserId.From(42), NoonMs + 1, 3);
        foreach (ColumnSchema column in Schema["view"].Columns)
        {
            nulls.SetNull(column.Name);
        }

        batch.Add(UserId.From(42), NoonMs, 4);
        await store.AppendAsync(batch);
        return store;
    }
}
