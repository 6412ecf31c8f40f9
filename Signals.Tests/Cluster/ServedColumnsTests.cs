using System.Runtime.InteropServices;
using Signals.Orleans;
using Signals.Orleans.Replicas;
using Signals.Orleans.Wire;
using Signals.Serving;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;

namespace Signals.Tests.Cluster;

/// <summary>Answers as bytes: what is written reads back, and bytes that are none are refused without leaving them.</summary>
[Category("Fast")]
internal sealed class ServedColumnsTests
{
    private const int Mutants = 3000;

    // The header, the entries of "n" and "mask", then the statuses, padded, then the lengths.
    private const int StatusesAt = ServedColumnsFormat.HeaderBytes + (2 * (ServedColumnsFormat.TensorBytes + 8));
    private const int LengthsOfThreeAt = StatusesAt + 8;

    private static readonly ClusterQuery Everything = new() { EventTypes = ["view", "buy"] };

    private string _folder = null!;
    private SignalStore _store = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("signals-columns-").FullName;
        _store = SignalStore.Open(
            _folder, TestCluster.Schema, new StoreOptions { MemTableBytes = 1 << 20, RingBytes = 1 << 20, MaxBatchBytes = 1 << 18 });
        _store.Definitions.Register(TestCluster.Feed);
        SimRandom random = new(11);
        EventBatch views = _store.CreateBatch("view");
        EventBatch buys = _store.CreateBatch("buy");
        for (int n = 1; n <= 400; n++)
        {
            UserId user = UserId.From((ulong)(1 + random.Below(20)));
            TestCluster.View(user, n).AddTo(views);
            if (random.Coin())
            {
                EventRow row = buys.Add(user, 1_700_000_000_000 + n, (ulong)n);
                _ = random.Below(3) switch { 0 => row.SetNull("price"), 1 => row.Set("price", n / 7.0), _ => row };
            }
        }

        _store.Append(views);
        _store.AppendAsync(buys).AsTask().GetAwaiter().GetResult();
    }

    [OneTimeTearDown]
    public void Close()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Rows_OfAQuery_ReadBackAsTheyWere([Range(1, 21)] int user, [Values] SequenceOrder order)
    {
        ClusterQuery query = new()
        {
            EventTypes = ["view", "buy"],
            Order = order,
            LastOfType = new Dictionary<string, int> { ["buy"] = 3 },
        };
        CompiledQuery compiled = CompiledQuery.Prepare(_store, query);
        using LocalRows local = new(_store.Read(UserId.From((ulong)user), compiled.Query), compiled);
        using RemoteRows remote = RemoteRows.Read(RowsWriter.Write(local, Answer()));
        AssertSame(local, remote);
    }

    [Test]
    public void Rows_OfADefinition_ReadBackAsTheyWere([Range(1, 21)] int user)
    {
        using LocalRows local = new(_store.Read(UserId.From((ulong)user), "feed"));
        using RemoteRows remote = RemoteRows.Read(RowsWriter.Write(local, Answer()));
        AssertSame(local, remote);
        Assert.That(remote.NowMs, Is.EqualTo(local.NowMs));
        Assert.That(() => remote.Watermark("buy"), Throws.ArgumentException);
    }

    /// <summary>A caller whose code is older or newer than that of the machine that answers.</summary>
    [Test]
    public async Task Rows_OfARenamedType_HaveTheWatermarkUnderEachName()
    {
        await using SignalStore store = SignalStore.InMemory(
            StoreSchema.Define(s => s.EventType("page", t => t.TypeRenamedFrom("view").Field<int>("n"))));
        EventBatch batch = store.CreateBatch("page");
        batch.Add(UserId.From(1), 1_700_000_000_000, 1).Set("n", 7);
        await store.AppendAsync(batch);
        foreach (string asked in (string[])["view", "page"])
        {
            CompiledQuery compiled = CompiledQuery.Prepare(store, new ClusterQuery { EventTypes = [asked] });
            using LocalRows local = new(store.Read(UserId.From(1), compiled.Query), compiled);
            using RemoteRows remote = RemoteRows.Read(RowsWriter.Write(local, Answer()));
            Assert.That((remote.Watermark("view"), remote.Watermark("page")), Is.EqualTo((1_700_000_000_000L, 1_700_000_000_000L)));
            Assert.That(remote.Field<int>("n").ToArray(), Is.EqualTo(new[] { 7 }));
        }
    }

    [Test]
    public void Answer_OfEveryKind_ReadsBack()
    {
        using LocalRows local = new(_store.Read(UserId.From(1), "feed"));
        ClusterAnswer unknown = Answer() with { Lag = null, LagRecords = null, IsComplete = false, Role = ReplicaRole.Standby };
        using RemoteRows first = RemoteRows.Read(RowsWriter.Write(local, Answer()));
        using RemoteRows second = RemoteRows.Read(RowsWriter.Write(local, unknown));
        Assert.That(first.Answer, Is.EqualTo(Answer()));
        Assert.That(second.Answer, Is.EqualTo(unknown));
    }

    [Test]
    public void Lag_OfTicks_IsRoundedUp()
    {
        using LocalRows local = new(_store.Read(UserId.From(1), "feed"));
        using RemoteRows remote = RemoteRows.Read(RowsWriter.Write(local, Answer() with { Lag = TimeSpan.FromTicks(11) }));
        Assert.That(remote.Answer.Lag, Is.EqualTo(TimeSpan.FromTicks(20)), "a lag may be said to be more, and never less");
    }

    [Test]
    public void Tensors_OfABatch_ReadBackAsTheyWere()
    {
        UserId[] users = [.. Enumerable.Range(1, 25).Select(n => UserId.From((ulong)n))];
        float[] expected = new float[25 * 8];
        bool[] mask = new bool[25 * 8];
        TensorSet set = new TensorSet().Bind("n", expected.AsMemory()).Bind("mask", mask.AsMemory());
        _store.ReadTensors(users, "feed", set);
        ReadRequest request = TensorRequest(users);
        using RemoteTensors remote = RemoteTensors.Read(TensorsWriter.Write(_store, request, Answer()), users.Length, request.Tensors!);
        Assert.That(MemoryMarshal.Cast<byte, float>(remote.BytesOf(0)).ToArray(), Is.EqualTo(expected));
        Assert.That(MemoryMarshal.Cast<byte, bool>(remote.BytesOf(1)).ToArray(), Is.EqualTo(mask));
        Assert.That(remote.Lengths.ToArray(), Is.EqualTo(set.Lengths.ToArray()));
        Assert.That(remote.Statuses.ToArray(), Is.EqualTo(set.Statuses.ToArray()));
        Assert.That(expected.Any(n => n > 0));
    }

    [TestCase("n", TensorElement.Float32, 7, 1)]
    [TestCase("n", TensorElement.Float32, 8, 2)]
    [TestCase("n", TensorElement.Int32, 8, 1)]
    [TestCase("m", TensorElement.Float32, 8, 1)]
    [TestCase("n", (TensorElement)77, 8, 1)]
    [TestCase("n", TensorElement.Float32, 0, 1)]
    [TestCase("n", TensorElement.Float32, 8, int.MaxValue)]
    [TestCase("n", TensorElement.Float32, 1 << 24, 1 << 24)]
    public void Tensors_OfAnotherShape_AreRefused(string name, object element, int rows, int width)
    {
        ReadRequest request = new()
        {
            Partition = 0,
            Users = ReadRequest.Flatten([UserId.From(1)]),
            Definition = "feed",
            Tensors = [new TensorShape(name, (TensorElement)element, rows, width)],
        };
        Assert.That(() => TensorsWriter.Write(_store, request, Answer()), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void Rows_ChangedBytes_AreRefusedOrReadWithinTheirBounds()
    {
        CompiledQuery compiled = CompiledQuery.Prepare(_store, Everything);
        using LocalRows local = new(_store.Read(UserId.From(3), compiled.Query), compiled);
        using ServedPayload good = RowsWriter.Write(local, Answer());
        FuzzMutator mutator = new(0xC0);
        int refused = 0;
        for (int i = 0; i < Mutants; i++)
        {
            byte[] changed = mutator.Mutate(good.Bytes);
            try
            {
                using RemoteRows rows = RemoteRows.Read(ServedPayload.CopyOf(changed));
                Touch(rows);
            }
            catch (ServedColumnsException)
            {
                refused++;
            }
        }

        TestContext.Out.WriteLine($"{refused} of {Mutants} refused");
        Assert.That(refused, Is.InRange(Mutants / 10, Mutants - 1));
    }

    [Test]
    public void Tensors_ChangedBytes_AreRefusedOrReadWithinTheirBounds()
    {
        UserId[] users = [.. Enumerable.Range(1, 5).Select(n => UserId.From((ulong)n))];
        ReadRequest request = TensorRequest(users);
        using ServedPayload good = TensorsWriter.Write(_store, request, Answer());
        FuzzMutator mutator = new(0xC1);
        int refused = 0;
        for (int i = 0; i < Mutants; i++)
        {
            try
            {
                using RemoteTensors tensors =
                    RemoteTensors.Read(ServedPayload.CopyOf(mutator.Mutate(good.Bytes)), users.Length, request.Tensors!);
                Assert.That(tensors.BytesOf(0).Length + tensors.BytesOf(1).Length, Is.EqualTo(5 * 8 * 5));
            }
            catch (ServedColumnsException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.InRange(Mutants / 10, Mutants - 1));
    }

    [Test]
    public void Rows_AStatusThatIsNone_IsRefused()
    {
        using LocalRows local = new(_store.Read(UserId.From(2), "feed"));
        using ServedPayload good = RowsWriter.Write(local, Answer());
        byte[] bytes = good.Bytes.ToArray();
        bytes[ServedColumnsFormat.StatusAt] = 16;
        Assert.That(
            () => RemoteRows.Read(ServedPayload.CopyOf(bytes)),
            Throws.InstanceOf<ServedColumnsException>().With.Message.Contains("the status 16"));
    }

    [TestCase(-1)]
    [TestCase(9)]
    [TestCase(int.MaxValue)]
    public void Tensors_ALengthThatDoesNotFit_IsRefused(int length)
    {
        (byte[] bytes, ReadRequest request) = TensorBytes(users: 3);
        BitConverter.TryWriteBytes(bytes.AsSpan(LengthsOfThreeAt + sizeof(int)), length);
        Assert.That(
            () => RemoteTensors.Read(ServedPayload.CopyOf(bytes), 3, request.Tensors!),
            Throws.InstanceOf<ServedColumnsException>().With.Message.Contains($"user 1 has {length} rows of at most 8"));
    }

    [Test]
    public void Tensors_AStatusThatIsNone_IsRefused()
    {
        (byte[] bytes, ReadRequest request) = TensorBytes(users: 3);
        bytes[StatusesAt + 2] = 128;
        Assert.That(
            () => RemoteTensors.Read(ServedPayload.CopyOf(bytes), 3, request.Tensors!),
            Throws.InstanceOf<ServedColumnsException>().With.Message.Contains("the status 128"));
    }

    [Test]
    public void Rows_EveryPrefix_IsRefused()
    {
        using LocalRows local = new(_store.Read(UserId.From(2), "feed"));
        using ServedPayload good = RowsWriter.Write(local, Answer());
        byte[] bytes = good.Bytes.ToArray();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.That(
                () => RemoteRows.Read(ServedPayload.CopyOf(bytes.AsSpan(0, length))),
                Throws.InstanceOf<ServedColumnsException>(), $"{length}");
        }
    }

    [Test]
    public void Rows_AfterDispose_Throw()
    {
        using LocalRows local = new(_store.Read(UserId.From(2), "feed"));
        RemoteRows remote = RemoteRows.Read(RowsWriter.Write(local, Answer()));
        remote.Dispose();
        Assert.That(() => remote.Times.Length, Throws.InstanceOf<ObjectDisposedException>());
    }

    private static void AssertSame(in LocalRows local, RemoteRows remote)
    {
        Assert.That(remote.Count, Is.EqualTo(local.Count));
        Assert.That(remote.Status, Is.EqualTo(local.Status));
        Assert.That(remote.Times.ToArray(), Is.EqualTo(local.Times.ToArray()));
        Assert.That(remote.Ids.ToArray(), Is.EqualTo(local.Ids.ToArray()));
        Assert.That(remote.EventTypes.ToArray(), Is.EqualTo(local.EventTypes.ToArray()));
        Assert.That(remote.ColumnNames, Is.EqualTo(local.ColumnNames));
        foreach (EventTypeSchema type in local.TypesRead)
        {
            Assert.That(remote.Watermark(type.Name), Is.EqualTo(local.Watermark(type.Name)));
        }

        foreach (string column in local.ColumnNames)
        {
            Assert.That(remote.TypeOf(column), Is.EqualTo(local.TypeOf(column)));
            Assert.That(remote.States(column).ToArray(), Is.EqualTo(local.States(column).ToArray()));
            AssertSameValues(local, remote, column);
        }
    }

    private static void AssertSameValues(in LocalRows local, RemoteRows remote, string column)
    {
        switch (local.TypeOf(column).Kind)
        {
            case ColumnKind.Text:
                for (int row = 0; row < local.Count; row++)
                {
                    Assert.That(remote.Bytes(column, row).ToArray(), Is.EqualTo(local.Bytes(column, row).ToArray()));
                }

                break;
            case ColumnKind.Int32:
                Assert.That(remote.Field<int>(column).ToArray(), Is.EqualTo(local.Field<int>(column).ToArray()));
                break;
            case ColumnKind.Boolean:
                Assert.That(remote.Field<bool>(column).ToArray(), Is.EqualTo(local.Field<bool>(column).ToArray()));
                break;
            case ColumnKind.Float64:
                Assert.That(remote.Field<double>(column).ToArray(), Is.EqualTo(local.Field<double>(column).ToArray()));
                break;
            default:
                Assert.That(remote.Vector<Half>(column).ToArray(), Is.EqualTo(local.Vector<Half>(column).ToArray()));
                break;
        }
    }

    // Every place that a reader can reach. Spans check their bounds, so a place outside the bytes would throw something else.
    private static void Touch(RemoteRows rows)
    {
        _ = rows.Answer;
        int touched = rows.Times.Length + rows.Ids.Length + rows.EventTypes.Length;
        foreach (string column in rows.ColumnNames)
        {
            touched += rows.States(column).Length;
            if (rows.TypeOf(column).IsVariable)
            {
                for (int row = 0; row < rows.Count; row++)
                {
                    touched += rows.Bytes(column, row).Length;
                }
            }
        }

        Assert.That(touched, Is.GreaterThanOrEqualTo(0));
    }

    private (byte[] Bytes, ReadRequest Request) TensorBytes(int users)
    {
        ReadRequest request = TensorRequest([.. Enumerable.Range(1, users).Select(n => UserId.From((ulong)n))]);
        using ServedPayload good = TensorsWriter.Write(_store, request, Answer());
        return (good.Bytes.ToArray(), request);
    }

    private static ReadRequest TensorRequest(UserId[] users) => new()
    {
        Partition = 4,
        Users = ReadRequest.Flatten(users),
        Definition = "feed",
        Tensors = [new TensorShape("n", TensorElement.Float32, 8, 1), new TensorShape("mask", TensorElement.Boolean, 8, 1)],
    };

    private static ClusterAnswer Answer() => new()
    {
        Partition = 4,
        Position = 77,
        Role = ReplicaRole.Owner,
        LagRecords = 3,
        Lag = TimeSpan.FromMilliseconds(5),
        IsComplete = true,
        IsLocal = false,
    };
}
