using Signals.Definitions;
using Signals.Parquet;
using Signals.Serving;
using Signals.Tests.Arrow;
using Signals.Tests.Reliability;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;
using Signals.Training;

namespace Signals.Tests.Parquet;

/// <summary>Training sets as Parquet: DuckDB reads what was served, and nothing half written is ever taken for whole.</summary>
[Category("Fast")]
[Category("Scaled")]
internal sealed class ParquetTrainingSinkTests
{
    private const int Definitions = 100;
    private const int DefinitionsPerStore = 5;

    [Test]
    public void Append_RandomSchemasAndDefinitions_DuckReadsWhatWasServed()
    {
        using Duck duck = new();
        int events = 0;
        int definitions = TestScale.Of(Definitions);
        for (int first = 0; first < definitions; first += DefinitionsPerStore)
        {
            using RandomStore store = new((ulong)first + 1);
            for (int i = first; i < Math.Min(first + DefinitionsPerStore, definitions); i++)
            {
                using LakeFolder folder = new();
                ServedBatches.Register(store, (ulong)i);
                bool withStates = i % 2 == 0;
                Dictionary<string, SortedDictionary<string, string>> served = Write(store, folder["set"], withStates);
                string file = Directory.GetFiles(folder["set"], "*.parquet", SearchOption.AllDirectories).Single();
                Dictionary<string, SortedDictionary<string, string>> read = ServedText.Read(duck, file);
                Assert.That(read.Keys, Is.EquivalentTo(served.Keys), $"definition {i}");
                foreach ((string request, SortedDictionary<string, string> cells) in served)
                {
                    Assert.That(read[request], Is.EqualTo(cells), $"definition {i}, {request}");
                    events += cells["ids"].Split(',').Length;
                }
            }
        }

        Assert.That(events, Is.GreaterThan(definitions * 10));
    }

    [Test]
    public async Task FromReceipts_TwoVersionsAndTwoThreads_GivesAFolderForEachAndEveryRowAsServed()
    {
        using LakeFolder folder = new();
        ManualTime time = new(TestStores.Start + 3_600_000);
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), time);
        List<LoggedRequest> requests = [];
        Dictionary<string, SortedDictionary<string, string>> served = [];
        Serve(store, requests, served);
        TrainingLabel[] labels = [.. requests.Where((_, i) => i % 2 == 0).Select(request => new TrainingLabel(request.RequestId, 0.5, 55))];
        TrainingReport report;
        using (ParquetTrainingSink sink = ParquetTrainingSink.Create(folder["set"]))
        {
            report = await TrainingSet.FromReceiptsAsync(
                store, requests, labels, sink, new TrainingOptions { KeepUnlabelled = true, Parallelism = 2 });
        }

        string[] files = Directory.GetFiles(folder["set"], "*.parquet", SearchOption.AllDirectories);
        Assert.That(files.Select(file => Path.GetFileName(Path.GetDirectoryName(file))!.Split('.')[1]).Distinct(),
            Is.EquivalentTo(new[] { "v1", "v2" }));
        Assert.That(report.Bytes, Is.EqualTo(files.Sum(file => new FileInfo(file).Length)));
        using Duck duck = new();
        int found = 0;
        foreach ((string request, SortedDictionary<string, string> cells) in files.SelectMany(file => ServedText.Read(duck, file)))
        {
            found++;
            bool hasLabel = int.Parse(request.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) % 2 == 0;
            cells.Remove("label", out string? label);
            cells.Remove("label_time", out string? labelTime);
            Assert.That((label, labelTime), Is.EqualTo(hasLabel ? ("0.5", "55") : ("NULL", "NULL")), request);
            Assert.That(cells, Is.EqualTo(served[request]), request);
        }

        Assert.That((found, report.Rows), Is.EqualTo((requests.Count, (long)requests.Count)));
        Assert.That(File.ReadAllText(Path.Combine(folder["set"], TrainingFolder.ReportFile)), Does.Contain("\"rows\": 30"));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Has.Length.EqualTo(1), "nothing is left beside it");
        RequireMetadata(duck, files[0]);
    }

    [Test]
    public void Append_MoreThanARowGroup_MakesRowGroupsOfAboutTheSameBytes()
    {
        using LakeFolder folder = new();
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start + 3_600_000));
        PastStores.Append(store, 1, [.. Enumerable.Range(1, 20)]);
        const int Rows = 600;
        using ParquetTrainingSink sink = ParquetTrainingSink.Create(folder["set"], new ParquetTrainingOptions { RowGroupBytes = 64 << 10 });
        using (ITrainingPart part = sink.OpenPart(0))
        {
            for (int i = 0; i < Rows; i++)
            {
                using ServedSequence sequence = store.Read(UserId.From(1UL), PastStores.Name);
                part.Append(new TrainingRow($"r{i}", null, null, sequence));
            }

            part.Complete();
        }

        sink.Complete(ReportOf(Rows));
        using Duck duck = new();
        string[] groups = duck.Rows("SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata("
            + $"'{folder["set"]}/*/*.parquet') ORDER BY 1");
        Assert.That(groups, Has.Length.GreaterThan(3));
        int[] sizes = [.. groups.Select(group => int.Parse(group.Split('|')[1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.That(sizes[..^1].Distinct().Count(), Is.EqualTo(1), "all but the last have the same rows");
        Assert.That(sizes[1], Is.InRange(20, 200));
        Assert.That(sizes.Sum(), Is.EqualTo(Rows));
    }

    [Test]
    public void Append_MoreLevelsThanTheWriterTakesAtOnce_KeepsEveryRow()
    {
        using LakeFolder folder = new();
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start + 3_600_000));
        PastStores.Append(store, 1, [.. Enumerable.Range(1, 20)]);
        const int Rows = 900;
        using ServedSequence sequence = store.Read(UserId.From(1UL), PastStores.Name);
        using (ParquetTrainingSink sink = ParquetTrainingSink.Create(folder["set"]))
        {
            using ITrainingPart part = sink.OpenPart(0);
            for (int i = 0; i < Rows; i++)
            {
                part.Append(new TrainingRow($"r{i}", null, null, sequence));
            }

            part.Complete();
            sink.Complete(ReportOf(Rows));
        }

        SortedDictionary<string, string> expected = ServedText.Of(sequence, withStates: false);
        expected.Add("label", "NULL");
        expected.Add("label_time", "NULL");
        using Duck duck = new();
        Dictionary<string, SortedDictionary<string, string>> read = ServedText.Read(
            duck, Directory.GetFiles(folder["set"], "*.parquet", SearchOption.AllDirectories).Single());
        Assert.That(read, Has.Count.EqualTo(Rows));
        Assert.That(read.Values, Is.All.EqualTo(expected));
    }

    [Test]
    public async Task Append_TextThatIsNotUtf8_IsRefusedAndNothingIsLeft()
    {
        using LakeFolder folder = new();
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start + 3_600_000));
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From(7UL), TestStores.Start, 1).Set("dwell", 1f).SetBytes("note", [0x61, 0xFF]);
        store.Append(batch);
        store.Engine.RunPending();
        using (ParquetTrainingSink sink = ParquetTrainingSink.Create(folder["set"]))
        {
            TrainingMoment[] moments = [new("r", UserId.From(7UL), TestStores.Start + 1)];
            ParquetTextException? refusal = await Assert.ThrowsAsync<ParquetTextException>(
                () => TrainingSet.AsCorrectedNowAsync(store, moments, PastStores.Name, sink));
            Assert.That(refusal!.Message, Does.Contain("'note'").And.Contain("user 7").And.Contain("Arrow"));
        }

        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public void Append_TwoDefinitionsWithHostCodeOfOneVersion_IsRefused()
    {
        using LakeFolder folder = new();
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start + 3_600_000));
        PastStores.Append(store, 1, 1, 2);
        using ParquetTrainingSink sink = ParquetTrainingSink.Create(folder["set"]);
        using ITrainingPart part = sink.OpenPart(0);
        Append(store, part, Host(dwell => dwell > 0.5f));
        Append(store, part, Host(dwell => dwell > 0.5f), refused: true);
    }

    [Test]
    public void Append_StoreWhoseColumnHasAnotherType_IsRefused()
    {
        using LakeFolder folder = new();
        SequenceDefinition feed = SequenceDefinition.Create("feed").OwnedBy("tests")
            .From("view", view => view.Last(5)).Columns("n").Size(5).Build();
        using SignalStore narrow = ServedBy(t => t.Field<int>("n"), row => row.Set("n", 1), feed);
        using SignalStore wide = ServedBy(t => t.Field<long>("n"), row => row.Set("n", 1L), feed);
        using ParquetTrainingSink sink = ParquetTrainingSink.Create(folder["set"]);
        using ITrainingPart part = sink.OpenPart(0);
        using ServedSequence first = narrow.Read(UserId.From(1UL), "feed");
        part.Append(new TrainingRow("a", null, null, first));
        using ServedSequence other = wide.Read(UserId.From(1UL), "feed");
        TrainingRow row = new("b", null, null, other);
        Assert.That(() => part.Append(row), Throws.ArgumentException.With.Message.Contains("have other types"));
    }

    private static SignalStore ServedBy(Action<EventTypeBuilder> columns, Func<EventRow, EventRow> set, SequenceDefinition definition)
    {
        SignalStore store = SignalStore.InMemory(StoreSchema.Define(s => s.EventType("view", columns)));
        store.Definitions.Register(definition);
        EventBatch batch = store.CreateBatch("view");
        set(batch.Add(UserId.From(1UL), TimeProvider.System.GetUtcNow(), 1));
        store.Append(batch);
        store.WaitUntilVisibleAsync().GetAwaiter().GetResult();
        return store;
    }

    private static TrainingReport ReportOf(long rows) => new()
    {
        Requests = rows,
        Rows = rows,
        Joined = 0,
        Unlabelled = rows,
        LabelsWithoutRequest = 0,
        Complete = rows,
        UnknownUsers = 0,
        LeftOut = 0,
        Events = 0,
        Missing = new Dictionary<RebuildStatus, long>(),
        Bytes = 0,
        Elapsed = TimeSpan.Zero,
    };

    private static SequenceDefinition Host(Func<float, bool> condition) => SequenceDefinition.Create("host").OwnedBy("tests")
        .From("view", view => view.Last(5)).Where(Predicate.Host("dwell", condition)).Columns("item").Size(5).Build();

    private static void Append(SignalStore store, ITrainingPart part, SequenceDefinition definition, bool refused = false)
    {
        store.Definitions.Remove("host");
        store.Definitions.Register(definition);
        using ServedSequence sequence = store.Read(UserId.From(1UL), "host");
        TrainingRow row = new("r", null, null, sequence);
        if (refused)
        {
            Assert.That(() => part.Append(row), Throws.ArgumentException.With.Message.Contains("code of the host"));
        }
        else
        {
            part.Append(row);
        }
    }

    /// <summary>A set with a row for each user of the store, and what was served.</summary>
    private static Dictionary<string, SortedDictionary<string, string>> Write(RandomStore store, string folder, bool withStates)
    {
        Dictionary<string, SortedDictionary<string, string>> served = [];
        using ParquetTrainingSink sink = ParquetTrainingSink.Create(folder, new ParquetTrainingOptions { States = withStates });
        using (ITrainingPart part = sink.OpenPart(0))
        {
            for (ulong user = 1; user <= RandomStore.Users + 1; user++)
            {
                using ServedSequence sequence = store.Store.Read(UserId.From(user), "random");
                SortedDictionary<string, string> cells = ServedText.Of(sequence, withStates);
                cells.Add("label", ServedText.Cell(user / 4.0));
                cells.Add("label_time", user % 3 == 0 ? "NULL" : ServedText.Cell((long)user));
                served.Add($"r{user}", cells);
                part.Append(new TrainingRow($"r{user}", user / 4.0, user % 3 == 0 ? null : (long)user, sequence));
            }

            part.Complete();
        }

        sink.Complete(ReportOf(RandomStore.Users + 1));
        return served;
    }

    private static void Serve(
        SignalStore store, List<LoggedRequest> requests, Dictionary<string, SortedDictionary<string, string>> served)
    {
        for (int i = 0; i < 30; i++)
        {
            if (i == 20)
            {
                store.Definitions.Register(PastStores.Definition(version: 2, size: 5));
            }

            UserId user = UserId.From(1 + ((ulong)i % 3));
            PastStores.Append(store, 1 + ((ulong)i % 3), i, i + 30);
            using ServedSequence sequence = store.Read(user, PastStores.Name, new ReadOptions { WithReceipt = true });
            requests.Add(new LoggedRequest($"r{i}", sequence.Receipt));
            served.Add($"r{i}", ServedText.Of(sequence, withStates: false));
        }
    }

    private static void RequireMetadata(Duck duck, string file)
    {
        Dictionary<string, string> pairs = duck.Rows(
                $"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{file}')")
            .Select(pair => pair.Split('|', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.That(pairs["signals"], Does.Contain("\"kind\":\"Training\"").And.Contain("\"name\":\"feed\""));
        Assert.That(pairs["signals.event_types"], Is.EqualTo("{\"0\":\"view\"}"));
        Assert.That(pairs["signals.tensors"], Does.Contain("\"name\":\"numbers\"").And.Contain("\"width\":3"));
        SequenceDefinition definition = SequenceDefinition.Parse(pairs["signals.definition_json"]);
        Assert.That(
            (pairs["signals.definition_version"], pairs["signals.definition_hash"]),
            Is.EqualTo((
                definition.Version.ToString(System.Globalization.CultureInfo.InvariantCulture),
                definition.ComputeContentHash().ToString("x32", System.Globalization.CultureInfo.InvariantCulture))));
    }
}
