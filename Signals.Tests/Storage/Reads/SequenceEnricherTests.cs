using Signals.Enrichment;
using Signals.Storage.Engine.Reading;
using Signals.Tests.Core.Enrichment;
using Signals.Tests.Reliability;

namespace Signals.Tests.Storage.Reads;

/// <summary>
/// An enricher over a sequence gives what it gives over the events, allocates nothing, and names every error of its query.
/// </summary>
[Category("Fast")]
internal sealed class SequenceEnricherTests
{
    private static readonly UserId User = UserId.From(7);

    private string _path = null!;
    private SignalStore _store = null!;

    [SetUp]
    public void SetUp()
    {
        _path = Directory.CreateTempSubdirectory("signals-").FullName;
        _store = SignalStore.Open(_path, EnrichmentSamples.Schema, new StoreOptions { MaxPastTime = TimeSpan.MaxValue });
        EventBatch events = EnrichmentSamples.Purchases(60);
        EventBatch batch = _store.CreateBatch("purchase");
        for (int row = 0; row < events.Count; row++)
        {
            EventRow copy = batch.Add(User, events.Rows.Times[row], events.Rows.Ids[row]);
            for (int column = 0; column < 3; column++)
            {
                copy.Copy(column, events.Rows.Columns[column], row);
            }
        }

        _store.Append(batch);
        _store.WaitUntilVisibleAsync().GetAwaiter().GetResult();
    }

    [TearDown]
    public void TearDown()
    {
        _store.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    [Test]
    public async Task Enrich_EveryKindOfColumn_SameAsOverTheEvents([Values] bool fromTable, [Values] bool remote)
    {
        if (fromTable)
        {
            await _store.FlushAsync();
        }

        WideStep step = new();
        EnrichmentBatch expected = new StepRunner(step, EnrichmentSamples.Schema["purchase"], StepPhase.Indexing)
            .Enrich(EnrichmentSamples.Purchases(60));
        SequenceQuery query = _store.Query("purchase").Columns("title", "weights", "item").Build();
        SequenceEnricher enricher = new(step, query);
        using Sequence sequence = _store.Read(User, query);
        EnrichmentBatch found = remote ? await enricher.EnrichAsync(User, sequence) : enricher.Enrich(User, sequence);
        for (int row = 0; row < 60; row++)
        {
            for (int output = 0; output < 3; output++)
            {
                Assert.That(found.Outputs[output].RowStates[row], Is.EqualTo(expected.Outputs[output].RowStates[59 - row]));
                Assert.That(
                    found.Outputs[output].GetValue(row).SequenceEqual(expected.Outputs[output].GetValue(59 - row)), Is.True,
                    $"row {row} output {output}");
            }
        }

        Assert.That(found.UserOf(3), Is.EqualTo(User));
        bool[] keep = [.. enricher.Filter(User, sequence)];
        Assert.That(keep, Is.EqualTo(Enumerable.Range(0, 60).Select(row => 59 - row != 6 && (59 - row) % 3 != 0)));
    }

    [Test]
    public void Enrich_Warm_AllocatesNothing()
    {
        SequenceQuery query = _store.Query("purchase").Build();
        SequenceEnricher enricher = new(new WideStep(), query);
        Assert.That(Allocations.LeastOf(() => RunOnce(), times: 50), Is.Zero);

        void RunOnce()
        {
            using Sequence sequence = _store.Read(User, query);
            enricher.Enrich(User, sequence);
        }
    }

    [Test]
    public void Create_QueryThatDoesNotFit_NamesEveryError()
    {
        EnrichmentMismatchException? error = Assert.Throws<EnrichmentMismatchException>(
            () => _ = new SequenceEnricher(new WideStep(), _store.Query("purchase").Columns("item").Build()));
        Assert.That(error!.Errors, Has.Count.EqualTo(2), "weights and title");
        Assert.Throws<ArgumentException>(() =>
        {
            SequenceQuery query = _store.Query("purchase").Build();
            using Sequence other = _store.Read(User, _store.Query("purchase").Build());
            new SequenceEnricher(new WideStep(), query).Enrich(User, other);
        });
    }

    [Test]
    public async Task UsersOf_MemTablesAndTables_EachOnceInOrder()
    {
        await _store.FlushAsync();
        EventBatch batch = _store.CreateBatch("purchase");
        foreach (ulong user in (ulong[])[9, 7, 3, 9])
        {
            batch.Add(UserId.From(user), 5_000_000, user);
        }

        EventBatch other = _store.CreateBatch("other");
        other.Add(UserId.From(1), 1, 1);
        await _store.AppendAsync(batch);
        await _store.AppendAsync(other);
        SequenceReader reader = _store.Engine.Reader;
        Assert.That(
            reader.UsersOf(_store.Schema["purchase"], long.MinValue, long.MaxValue),
            Is.EqualTo(new[] { UserId.From(3), User, UserId.From(9) }));
        Assert.That(reader.UsersOf(_store.Schema["other"], long.MinValue, long.MaxValue), Is.EqualTo(new[] { UserId.From(1) }));
    }
}
