using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Signals.Core.Definitions;
using Signals.Definitions;
using Signals.Enrichment;
using Signals.Serving;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>What answers say of themselves: statuses, deadlines, failures of the host's code; and the ways to take them.</summary>
[Category("Fast")]
internal sealed class ServingReadTests
{
    private const int PerType = 900;
    private static readonly UserId User = UserId.From(1UL);

    private ManualTime _time = null!;
    private SignalStore _store = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new ManualTime(TestStores.Start + 10_000);
        _store = FeedSample.Open(_time);
        FeedSample.Fill(_store, users: 3, PerType);
    }

    [TearDown]
    public void TearDown() => _store.Dispose();

    [Test]
    public void Read_Complete_HasColumnsTensorsAndWatermarks()
    {
        using ServedSequence answer = _store.Read(User, "home_feed");
        Assert.That(answer.Status, Is.EqualTo(ServingStatus.Complete));
        Assert.That(answer.Count, Is.EqualTo(FeedSample.Size));
        Assert.That(answer.Field<float>("dwell").ToArray(), Is.All.GreaterThan(1f));
        Assert.That(answer.Field<ulong>("item").ToArray(), Is.Unique);
        Assert.That(answer.Vector<Half>("embedding")[(5 * 64) + 3], Is.EqualTo(ItemEmbedding.Component(answer.Field<ulong>("item")[5], 3)));
        Assert.That(answer.States("category").ToArray(), Does.Contain(ColumnState.Absent).And.Contain(ColumnState.Value));
        Assert.That(answer.Watermark("click"), Is.EqualTo(TestStores.Start));
        Assert.That(answer.NowMs, Is.EqualTo(_time.NowMs));
        long[] items = new long[FeedSample.Size];
        Assert.That(answer.WriteTensor<long>("items", items), Is.EqualTo(FeedSample.Size));
        Assert.That(items[7], Is.EqualTo((long)answer.Field<ulong>("item")[7]));
        AssertRefused(() => answer.WriteTensor<int>("items", new int[FeedSample.Size]), "Int64");
        AssertRefused(() => answer.WriteTensor<long>("items", new long[3]), "room for 3");
        TensorDescription shape = answer.Tensors.First(tensor => tensor.Name == "items");
        byte[] bytes = new byte[FeedSample.Size * sizeof(long)];
        Assert.That(answer.WriteTensorBytes(shape, bytes), Is.EqualTo(bytes.Length));
        Assert.That(MemoryMarshal.Cast<byte, long>(bytes).SequenceEqual(items), Is.True);
        Assert.That(answer.FixedBytes("item").SequenceEqual(MemoryMarshal.AsBytes(answer.Field<ulong>("item"))), Is.True);
        AssertRefused(() => answer.WriteTensorBytes(shape, bytes.AsSpan(1)), "room for");
        AssertRefused(() => answer.WriteTensorBytes(shape with { Width = 2 }, bytes), "of this shape");
        AssertRefused(() => answer.FixedBytes("nothing"), "dwell");
        AssertRefused(() => answer.Field<float>("item"), "UInt64");
        AssertRefused(() => answer.Field<float>("nothing"), "dwell");
        AssertRefused(() => answer.Watermark("nothing"), "nothing");

        static void AssertRefused(Action act, string named) => Assert.That(act, Throws.ArgumentException.With.Message.Contains(named));
    }

    [Test]
    public void Read_AfterDispose_Throws()
    {
        ServedSequence answer = _store.Read(User, "home_feed");
        answer.Dispose();
        answer.Dispose();
        Assert.That(() => answer.Count, Throws.InstanceOf<ObjectDisposedException>());
        using ServedSequence next = _store.Read(User, "home_feed");
        Assert.That(() => answer.Count, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Read_UnknownNames_AreTypedErrorAndStatus()
    {
        Assert.That(() => _store.Read(User, "other"), Throws.InstanceOf<UnknownDefinitionException>().With.Message.Contains("home_feed"));
        using ServedSequence answer = _store.Read(UserId.From(77UL), "home_feed");
        Assert.That((answer.Status, answer.Count), Is.EqualTo((Status: ServingStatus.UnknownUser, Count: 0)));
        Assert.That(_store.Definitions.Remove("home_feed"), Is.True);
        Assert.That(() => _store.Read(User, "home_feed"), Throws.InstanceOf<UnknownDefinitionException>());
    }

    [Test]
    public void Register_WhatCannotBeServed_IsRefusedAndTheOneInForceStays()
    {
        SequenceDefinition feed = FeedSample.Definition();
        Assert.That(() => _store.Definitions.Register(feed with { Size = 0 }), Throws.InstanceOf<DefinitionException>());
        DefinitionException error = Assert.Throws<DefinitionException>(() => _store.Definitions.Register(feed with
        {
            Version = 2,
            Columns = [new OutputColumn { Name = "x", Column = "nothing" }, new OutputColumn { Name = "y", Column = "note", Default = 1L }],
        }))!;
        Assert.That(
            error.Errors.Select(e => e.Path),
            Is.SupersetOf(new[] { "$.enrichments[0].name", "$.columns[0].column", "$.columns[1].default" }));
        using ServedSequence answer = _store.Read(User, "home_feed");
        Assert.That((answer.Status, answer.Count), Is.EqualTo((ServingStatus.Complete, FeedSample.Size)));
        Assert.That(_store.Definitions.TryGet("home_feed", out SequenceDefinition? inForce), Is.True);
        Assert.That(inForce, Is.EqualTo(feed));
    }

    [Test]
    public void Read_PastDeadline_IsTheNewestPartFlagged()
    {
        // Each look at a row takes a millisecond, and few rows pass, so that the read has to fetch again and again.
        Predicate slow = Predicate.Host<int>("surface", surface =>
        {
            _time.NowMs++;
            return surface == 5;
        });
        SequenceDefinition definition = SequenceDefinition.Create("slow").OwnedBy("tests").From("view", v => v.Last(60))
            .Where(slow).Size(60).Build();
        _store.Definitions.Register(definition);
        using ServedSequence whole = _store.Read(User, "slow");
        Assert.That((whole.Status, whole.Count), Is.EqualTo((Status: ServingStatus.Complete, Count: 60)));
        _store.Definitions.Register(definition with { Version = 2 });
        using ServedSequence part = _store.Read(User, "slow", new ReadOptions { Deadline = TimeSpan.FromMilliseconds(100) });
        Assert.That(part.Status, Is.EqualTo(ServingStatus.Truncated));
        Assert.That(part.Count, Is.InRange(1, 59));
        Assert.That(part.Ids.ToArray(), Is.EqualTo(whole.Ids[..part.Count].ToArray()));
    }

    [Test]
    public void Read_EnricherFails_AnswersWithoutItsColumnsFlagged()
    {
        _store.Definitions.Register(
            FeedSample.Definition(), new EnrichmentCatalog(new ItemEmbedding { OnEnrich = () => throw new IOException("down") }));
        using ServedSequence answer = _store.Read(User, "home_feed");
        Assert.That((answer.Status, answer.Count), Is.EqualTo((ServingStatus.EnrichmentMissing, FeedSample.Size)));
        Assert.That(answer.IsMissing("embedding"), Is.True);
        Assert.That(answer.Error, Is.InstanceOf<IOException>());
        Assert.That(answer.States("embedding").ToArray(), Is.All.EqualTo(ColumnState.Absent));
        Assert.That(answer.Vector<Half>("embedding").ToArray(), Is.All.EqualTo(Half.Zero));
    }

    [Test]
    public void Read_RemoteEnricher_InTimeOrNot_SaysWhich()
    {
        TaskCompletionSource never = new();
        SequenceDefinition definition = FeedSample.Definition() with
        {
            Version = 2,
            Enrichments =
            [
                new EnrichmentUse { Name = "embedding", Placement = PlacementChoice.Serving, Timeout = TimeSpan.FromMilliseconds(1) },
            ],
        };
        _store.Definitions.Register(definition, new EnrichmentCatalog(new LateEnricher(never.Task)));
        using (ServedSequence late = _store.Read(User, "home_feed"))
        {
            Assert.That((late.Status, late.Count), Is.EqualTo((ServingStatus.EnrichmentMissing, FeedSample.Size)));
        }

        // The one that was given up writes into what nobody looks at; the next read is not disturbed.
        never.SetResult();
        using ServedSequence intime = _store.Read(User, "home_feed");
        Assert.That(intime.Status, Is.EqualTo(ServingStatus.Complete));
        Assert.That(intime.Vector<Half>("embedding").ToArray(), Is.All.EqualTo(Half.One));
    }

    [Test]
    public void Read_StagesReplaced_UsesTheirs()
    {
        _store.Definitions.Register(FeedSample.Definition(), new EnrichmentCatalog(new ItemEmbedding()), new SequenceStages
        {
            Filter = new OnlySurface(5),
            Size = new EverySecond(),
            Enrich = new FillWithTwo(),
        });
        using ServedSequence answer = _store.Read(User, "home_feed");
        Assert.That(answer.Status, Is.EqualTo(ServingStatus.Complete));
        Assert.That(answer.Times[0] - answer.Times[1], Is.EqualTo(0), "three types at each time");
        Assert.That(answer.Vector<Half>("embedding").ToArray(), Is.All.EqualTo((Half)2));
        Assert.That(answer.Count, Is.GreaterThan(1));
    }

    [Test]
    public void Read_StageThrows_IsEmptyAndFlagged_AndTheNextReadIsNot()
    {
        OnlySurface stage = new(5) { Fails = true };
        _store.Definitions.Register(
            FeedSample.Definition(), new EnrichmentCatalog(new ItemEmbedding()), new SequenceStages { Filter = stage });
        using (ServedSequence failed = _store.Read(User, "home_feed"))
        {
            Assert.That((failed.Status, failed.Count), Is.EqualTo((Status: ServingStatus.StageFailed, Count: 0)));
            Assert.That(failed.Error!.Message, Is.EqualTo("the host's"));
        }

        stage.Fails = false;
        using ServedSequence answer = _store.Read(User, "home_feed");
        Assert.That(answer.Status, Is.EqualTo(ServingStatus.Complete));
        Assert.That(answer.Count, Is.Positive);
    }

    [Test]
    public void ReadTensors_IntoTensorsOfTheBaseLibrary_FillsEveryPlace()
    {
        UserId[] users = [User, UserId.From(77UL), UserId.From(2UL)];
        Tensor<Half> embeddings = Tensor.CreateFromShape<Half>([3, FeedSample.Size, 64]);
        Tensor<float> mask = Tensor.CreateFromShape<float>([3, FeedSample.Size]);
        TensorSet set = new TensorSet().BindTensor("embedding", embeddings).BindTensor("mask", mask);
        _store.ReadTensors(users, "home_feed", set);
        Assert.That(
            set.Statuses.ToArray(),
            Is.EqualTo(new[] { ServingStatus.Complete, ServingStatus.UnknownUser, ServingStatus.Complete }));
        Assert.That(set.Lengths.ToArray(), Is.EqualTo(new[] { FeedSample.Size, 0, FeedSample.Size }));
        Assert.That(set.Watermark("view"), Is.EqualTo(TestStores.Start));
        using ServedSequence second = _store.Read(users[2], "home_feed");
        Assert.That(embeddings[2, 9, 5], Is.EqualTo(second.Vector<Half>("embedding")[(9 * 64) + 5]));
        Assert.That(embeddings[1, 0, 0], Is.EqualTo(Half.Zero));
        Assert.That((mask[0, 0], mask[1, 0], mask[2, FeedSample.Size - 1]), Is.EqualTo((1f, 0f, 1f)));
    }

    [Test]
    public void ReadTensors_IntoATensorWhoseLastLengthIsOne_FillsIt()
    {
        Tensor<float> mask = Tensor.CreateFromShape<float>([2, FeedSample.Size, 1]);
        _store.ReadTensors([User, UserId.From(77UL)], "home_feed", new TensorSet().BindTensor("mask", mask));
        Assert.That((mask[0, 0, 0], mask[0, FeedSample.Size - 1, 0], mask[1, 0, 0]), Is.EqualTo((1f, 1f, 0f)));
    }

    [Test]
    public void ReadTensors_WhatDoesNotFit_IsRefusedBeforeAnythingIsWritten()
    {
        long[] items = new long[FeedSample.Size];
        Array.Fill(items, -1);
        Refused(new TensorSet().Bind<long>("items", items).Bind<float>("embedding", new float[FeedSample.Size * 64]), "Float16");
        Refused(new TensorSet().Bind<long>("items", items).Bind<float>("numbers", new float[FeedSample.Size]), "too small");
        Refused(new TensorSet().Bind<long>("items", items).Bind<float>("nothing", new float[1]), "no tensor 'nothing'");
        Refused(new TensorSet().BindTensor("embedding", Tensor.CreateFromShape<Half>([1, 64, FeedSample.Size])), "[1, 256, 64]");
        Assert.That(items, Is.All.EqualTo(-1));

        void Refused(TensorSet set, string named) =>
            Assert.That(() => _store.ReadTensors([User], "home_feed", set), Throws.ArgumentException.With.Message.Contains(named));
    }

    [Test]
    public void ReadTensors_PastDeadline_FlagsWhoIsMissing()
    {
        _store.Definitions.Register(
            FeedSample.Definition(), new EnrichmentCatalog(new ItemEmbedding { OnEnrich = () => _time.NowMs += 1000 }));
        UserId[] users = [.. Enumerable.Repeat(User, 40)];
        long[] items = new long[users.Length * FeedSample.Size];
        Array.Fill(items, -1);
        TensorSet set = new TensorSet().Bind<long>("items", items);
        for (ulong read = 0; read < 30; read++)
        {
            _store.Read(UserId.From(1 + (read % 2)), "home_feed").Dispose(); // in the end the first fetch brings enough
        }

        _store.ReadTensors(users, "home_feed", set, new ReadOptions { Deadline = TimeSpan.FromMilliseconds(500) });
        Assert.That(set.UserCount, Is.EqualTo(users.Length));
        Assert.That(set.Statuses[^1], Is.EqualTo(ServingStatus.Truncated));
        Assert.That((set.Lengths[0], set.Lengths[^1]), Is.EqualTo((FeedSample.Size, 0)));
        Assert.That(items[..FeedSample.Size], Is.All.GreaterThanOrEqualTo(0));
        Assert.That(items[^FeedSample.Size..], Is.All.Zero, "padding of a user without rows");
    }

    [Test]
    public void Read_WithTrace_ShowsEachStage()
    {
        ReadTrace trace = new();
        using ServedSequence answer = _store.Read(User, "home_feed", new ReadOptions { Trace = trace });
        Assert.That(trace.Stages.Select(stage => stage.Name).Distinct(), Is.EqualTo(new[] { "fetch", "filter", "size", "enrich" }));
        TraceStage filter = trace.Stages.Last(stage => stage.Name == "filter");
        Assert.That(filter.RowsOut, Is.LessThan(filter.RowsIn).And.GreaterThanOrEqualTo(answer.Count));
        Assert.That(trace.Stages.Last(stage => stage.Name == "size").RowsOut, Is.EqualTo(answer.Count));
        Assert.That(trace.ToString(), Does.Contain("rows out").And.Contain("embedding v1").And.Contain("total"));
        TestContext.Out.WriteLine(trace);
    }

    private sealed class OnlySurface(int wanted) : IFilterStage
    {
        public bool Fails { get; set; }

        public void Filter(RowSet rows)
        {
            if (Fails)
            {
                throw new InvalidOperationException("the host's");
            }

            ReadOnlySpan<int> surfaces = rows.Field<int>(rows.OrdinalOf("surface"));
            for (int row = 0; row < rows.Count; row++)
            {
                rows.Mask[row] = surfaces[row] == wanted;
            }
        }
    }

    private sealed class EverySecond : ISizeStage
    {
        public bool Choose(RowSet rows, int user, bool hasOlder, RowChoice chosen)
        {
            for (int row = rows.Offsets[user]; row < rows.Offsets[user + 1]; row += 2)
            {
                chosen.Add(row);
            }

            return true;
        }
    }

    private sealed class FillWithTwo : IEnrichStage
    {
        public bool Enrich(RowSet rows, ReadOnlySpan<int> chosen, TimeSpan remaining)
        {
            Half[] two = new Half[64];
            Array.Fill(two, (Half)2);
            foreach (int row in chosen)
            {
                rows.Set<Half>(rows.OrdinalOf("embedding"), row, two);
            }

            return true;
        }
    }
}
