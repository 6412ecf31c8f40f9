namespace Signals.Bench.Lake;

/// <summary>Events of ten days: item, price, count, country and, when asked for, a vector. Immutable.</summary>
/// <param name="Events">How many.</param>
/// <param name="Users">Of how many users; some have many more than others.</param>
/// <param name="Dimensions">Floats of the vector; 0 for none.</param>
internal sealed record LakeWorkload(int Events, int Users, int Dimensions)
{
    private const long StartMs = 1_772_323_200_000;
    private const long DayMs = 86_400_000;
    private const int Days = 10;
    private const int BatchEvents = 4096;

    private static readonly string[] Countries = ["NL", "DE", "FR", "US", "GB", "IT"];

    /// <summary>The schema of the events.</summary>
    public StoreSchema Schema { get; } = StoreSchema.Define(schema => schema.EventType("view", type =>
    {
        type.Field<long>("item").Field<float>("price").Field<int>("count").Text("country");
        if (Dimensions > 0)
        {
            type.Vector<float>("vector", Dimensions);
        }
    }));

    /// <summary>Appends all events.</summary>
    public void Fill(SignalStore store)
    {
        Random random = new(1);
        EventBatch batch = store.CreateBatch("view");
        EventTypeSchema type = store.Schema["view"];
        (Column<long> item, Column<float> price) = (type.Column<long>("item"), type.Column<float>("price"));
        (Column<int> count, VariableColumn country) = (type.Column<int>("count"), type.VariableColumn("country"));
        float[] vector = new float[Dimensions];
        for (int i = 0; i < Events; i++)
        {
            ulong user = 1 + (ulong)(Users * Math.Pow(random.NextDouble(), 2));
            EventRow row = batch.Add(
                    UserId.From(user * 0x9E3779B97F4A7C15), StartMs + random.NextInt64(Days * DayMs), (ulong)random.NextInt64())
                .Set(item, random.NextInt64(100_000)).Set(price, random.Next(100, 9999) / 100f).Set(count, random.Next(5))
                .Set(country, Countries[random.Next(Countries.Length)]);
            if (Dimensions > 0)
            {
                random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector.AsSpan()));
                row.SetVector<float>("vector", vector);
            }

            if (batch.Count == BatchEvents)
            {
                store.Append(batch);
                batch.Clear();
            }
        }

        store.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
    }
}
