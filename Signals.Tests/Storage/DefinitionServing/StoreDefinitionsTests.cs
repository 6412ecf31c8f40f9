using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>Versions and overrides as reads of a store see them. Version v has size 10 v and a constant column that says v.</summary>
[Category("Fast")]
internal sealed class StoreDefinitionsTests
{
    private static readonly UserId User = UserId.From(1UL);

    private SignalStore _store = null!;

    [SetUp]
    public void SetUp()
    {
        _store = FeedSample.Open(new ManualTime(TestStores.Start + 10_000));
        FeedSample.Fill(_store, users: 1, perType: 100);
    }

    [TearDown]
    public void TearDown() => _store.Dispose();

    [Test]
    public void Read_AfterEachChange_IsTheActiveVersion()
    {
        StoreDefinitions definitions = _store.Definitions;
        definitions.Register(Version(1));
        definitions.Register(Version(2));
        Assert.That(ServedSize(), Is.EqualTo(20));
        Assert.That(definitions.RollBack("feed"), Is.True);
        Assert.That(ServedSize(), Is.EqualTo(10));
        Assert.That(definitions.Activate("feed", 2), Is.True);
        Assert.That(ServedSize(), Is.EqualTo(20));
        Assert.That(
            definitions.GetVersions("feed").Select(v => (v.Definition.Version, v.IsActive)),
            Is.EqualTo(new[] { (1, false), (2, true) }));
        Assert.That(definitions.All.Select(d => (d.Name, d.Version)), Is.EqualTo(new[] { ("feed", 2), ("home_feed", 1) }));
        using ServedSequence held = _store.Read(User, "feed");
        Assert.That(definitions.Retire("feed"), Is.True);
        Assert.That(() => _store.Read(User, "feed"), Throws.InstanceOf<UnknownDefinitionException>().With.Message.Contains("home_feed"));
        Assert.That(definitions.TryGet("feed", out _), Is.False);
        Assert.That(
            definitions.TryFind(Version(1).ComputeContentHash(), out SequenceDefinition? found) ? found : null,
            Is.EqualTo(Version(1)));
        Assert.That(held.Count, Is.EqualTo(20));
        Assert.That(definitions.RollBack("feed"), Is.True);
        Assert.That(ServedSize(), Is.EqualTo(20));
    }

    [Test]
    public void Register_OtherContentOrOwner_IsRefusedAndTheActiveStays()
    {
        _store.Definitions.Register(Version(1));
        AssertRefused(Version(1) with { Description = "changed" }, "$.version");
        AssertRefused(Version(2) with { Owner = "others" }, "$.owner");
        Assert.That(ServedSize(), Is.EqualTo(10));

        void AssertRefused(SequenceDefinition definition, string path) =>
            Assert.That(
                Assert.Throws<DefinitionException>(() => _store.Definitions.Register(definition))!.Errors.Single().Path,
                Is.EqualTo(path));
    }

    [Test]
    public void Read_WithOverrides_IsOfTheEffectiveDefinitionForThisRequestAlone()
    {
        _store.Definitions.Register(Version(2));
        using (ServedSequence answer = _store.Read(User, "feed", [new("size", 7)]))
        {
            Assert.That(answer.Count, Is.EqualTo(7));
            Assert.That(_store.Definitions.TryFind(answer.Definition.ComputeContentHash(), out SequenceDefinition? found), Is.True);
            Assert.That(found, Is.EqualTo(Version(2).With([new("size", 7)])));
        }

        Assert.That(ServedSize(), Is.EqualTo(20));
        Assert.That(() => _store.Read(User, "feed", [new("size", 61)]), Throws.TypeOf<DefinitionException>().With.Message.Contains("60"));
        Assert.That(() => _store.Read(User, "feed", [new("other", 1)]), Throws.TypeOf<DefinitionException>());
        Assert.That(() => _store.Read(User, "nobody", [new("size", 7)]), Throws.TypeOf<UnknownDefinitionException>());
    }

    [Test]
    public void ReadTensors_WithOverrides_HasTheSizeThatTheyMake()
    {
        _store.Definitions.Register(Version(2));
        float[] version = new float[2 * 7];
        TensorSet set = new TensorSet().Bind<float>("version", version);
        _store.ReadTensors([User, User], "feed", set, [new("size", 7)]);
        Assert.That(set.Lengths.ToArray(), Is.EqualTo(new[] { 7, 7 }));
        Assert.That(version, Is.All.EqualTo(2f));
        Assert.That(() => _store.ReadTensors([User, User], "feed", set), Throws.ArgumentException, "20 rows have no room");
    }

    [Test]
    public void Read_WhileVersionsAreReplaced_SeesOneWhole()
    {
        const int Changes = 400;
        _store.Definitions.Register(Version(1));
        using var stop = new CancellationTokenSource();
        int reads = 0;
        Task<string?>[] readers = [.. Enumerable.Range(0, 2).Select(reader => Task.Run(() =>
        {
            string? torn = null;
            while (torn is null && !stop.IsCancellationRequested)
            {
                torn = reader == 0 ? TornRead() : TornTensors();
                Interlocked.Increment(ref reads);
            }

            return torn;
        }))];
        for (int i = 0; (i < Changes || Volatile.Read(ref reads) < Changes) && !readers.Any(reader => reader.IsCompleted); i++)
        {
            int version = (i % 5) + 1;
            if (i % 3 == 0)
            {
                _store.Definitions.RollBack("feed");
            }
            else
            {
                _store.Definitions.Register(Version(version));
            }
        }

        stop.Cancel();
        Assert.That(Task.WhenAll(readers).GetAwaiter().GetResult(), Is.All.Null);
    }

    private static SequenceDefinition Version(int version)
    {
        Parameter size = Parameter.Integer("size", 10 * version, minimum: 1, maximum: 60);
        return SequenceDefinition.Create("feed", version).OwnedBy("tests").Parameters(size)
            .From("view", v => v.Last(100)).Size(size).Columns("dwell")
            .Tensors(t => t.Mask("mask").Output(
                "version", TensorType.Float32, f => f.Column("dwell", scaling: new Scaling { Factor = 0, Offset = version })))
            .Build();
    }

    private int ServedSize()
    {
        using ServedSequence answer = _store.Read(User, "feed");
        return answer.Count;
    }

    private string? TornRead()
    {
        using ServedSequence answer = _store.Read(User, "feed");
        int version = answer.Definition.Version;
        float[] values = new float[answer.Count];
        answer.WriteTensor<float>("version", values);
        return answer.Count == 10 * version && Array.TrueForAll(values, value => value == version)
            ? null
            : $"version {version} has {answer.Count} rows of {string.Join(',', values.Distinct())}";
    }

    // Every user of a batch has the rows of one version, wherever the changes fall.
    private string? TornTensors()
    {
        UserId[] users = [.. Enumerable.Repeat(User, 20)];
        float[] values = new float[users.Length * 60];
        TensorSet set = new TensorSet().Bind<float>("version", values);
        _store.ReadTensors(users, "feed", set);
        int version = (int)values[0];
        return set.Lengths.ToArray().All(length => length == 10 * version) && values.Distinct().All(value => value == version || value == 0)
            ? null
            : $"lengths {string.Join(',', set.Lengths.ToArray())} and values {string.Join(',', values.Distinct())}";
    }
}
