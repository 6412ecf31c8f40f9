using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>
/// How many rows a read of an ordinary user fetches after reads of users whose history does not hold what a definition asks for.
/// </summary>
[Category("Fast")]
internal sealed class FetchHintReadTests
{
    private const int Size = 10;
    private const int Ordinary = 60;
    private const int Long = 600;
    private const int DeepUsers = 40;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("a", t => t.Field<int>("n")));
    private static readonly SequenceDefinition Definition = SequenceDefinition.Create("ones").OwnedBy("tests")
        .From("a", a => a.Last(100_000)).Where(Predicate.OnColumn("n").EqualTo(1)).Size(Size).Columns("n")
        .Tensors(t => t.Output("n", TensorType.Int64, n => n.Column("n"))).Build();

    [Test]
    public void Read_AfterUsersWhoHaveNoMore_FetchesAsFewRowsAsBefore([Values] bool tensors)
    {
        using SignalStore store = Open();
        UserId ordinary = UserId.From(1_000UL);
        Append(store, ordinary, Ordinary, n: 1);
        for (int user = 0; user < DeepUsers; user++)
        {
            Append(store, UserId.From((ulong)user + 1), Long, n: 0);
        }

        int before = Fetched(store, ordinary);
        for (int user = 0; user < DeepUsers; user++)
        {
            // One in five, and one of them many times.
            for (int read = 0; read < (user == 7 ? 50 : 1); read++)
            {
                Read(store, UserId.From((ulong)user + 1), tensors);
            }

            for (int read = 0; read < 4; read++)
            {
                Read(store, ordinary, tensors);
            }
        }

        Assert.That((before, Fetched(store, ordinary)), Is.EqualTo((before, before)));
    }

    private static void Read(SignalStore store, UserId user, bool tensors)
    {
        if (tensors)
        {
            store.ReadTensors(
                [user, UserId.From(1_000UL), UserId.From(1_000UL), UserId.From(1_000UL), UserId.From(1_000UL)], "ones",
                new TensorSet().Bind<long>("n", new long[5 * Size]));
        }
        else
        {
            store.Read(user, "ones").Dispose();
        }
    }

    private static int Fetched(SignalStore store, UserId user)
    {
        ReadTrace trace = new();
        store.Read(user, "ones", new ReadOptions { Trace = trace }).Dispose();
        return trace.Stages.Where(stage => stage.Name == "fetch").Sum(stage => stage.RowsOut);
    }

    private static void Append(SignalStore store, UserId user, int events, int n)
    {
        EventBatch batch = store.CreateBatch("a");
        for (int i = 0; i < events; i++)
        {
            batch.Add(user, TestStores.Start + i, (ulong)i).Set("n", n);
            if (batch.Count == 100 || i == events - 1)
            {
                store.Append(batch);
                store.Engine.RunPending();
                batch.Clear();
            }
        }
    }

    private static SignalStore Open()
    {
        SignalStore store = TestStores.Open(
            ImportStore.NewFiles(record: false), Schema, new ManualTime(TestStores.Start + 1_000_000),
            TestStores.Tiny with { MemTableBytes = 4 << 20 });
        store.Definitions.Register(Definition);
        return store;
    }
}
