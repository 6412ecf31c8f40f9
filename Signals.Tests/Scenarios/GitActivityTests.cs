using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Signals.Offline;
using Signals.Tests.Reliability;

namespace Signals.Tests.Scenarios;

/// <summary>
/// Who changed which file when, in the order in which it became known. What is at most a day late is streamed; what is later (by
/// days, by years) comes in segments. A rebased change is the same event with other cells, of which the rules of merging choose.
/// Then every user's sequence is what a dictionary with the same rules says.
/// </summary>
[Category("Fast")]
[Category("Scaled")]
internal sealed class GitActivityTests
{
    private const int Segments = 4;
    private const long DayS = 86_400;
    private const int AllRows = 289_380;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("change", t => t.Text("path").Text("commit").Text("blob").Window(TimeSpan.FromDays(90))));

    private readonly Dictionary<(UserId User, long Time, ulong Id), (long Stamp, string[] Cells)[]> _model = [];

    [Test]
    public async Task Changes_LateOnesByImport_EveryUserEqualsTheModel()
    {
        string data = DataSet.Require("git-activity-small/events.csv.gz");
        string folder = Directory.CreateTempSubdirectory("signals-").FullName;
        try
        {
            await using SignalStore store = SignalStore.Open(
                Path.Combine(folder, "store"), Schema,
                new StoreOptions { MaxFutureTime = TimeSpan.FromDays(3650), MaxPastTime = TimeSpan.MaxValue });
            List<string[]> late = [];
            await StreamAsync(store, data, late);
            await store.FlushAsync();
            Assert.That(late, Has.Count.GreaterThan(Segments), "the case is about late events");
            for (int generation = Segments; generation >= 1; generation--)
            {
                string[][] part = [.. late.Where((_, i) => i % Segments == generation - 1)];
                OfflineResult result = await OfflineIndexer.IndexAsync(
                    store.Schema, Batches(store.Schema["change"], part, generation), new OfflineOptions
                    {
                        EventType = "change",
                        SegmentPath = Path.Combine(folder, $"{generation}.segment"),
                        Segment = new SegmentOptions { Generation = generation, Source = "late" },
                    });
                await store.ImportAsync(result.Segment!.Path);
            }

            int compared = CompareAll(store);
            await store.CompactAsync();
            Assert.That(CompareAll(store), Is.EqualTo(compared));
            Assert.That(compared, Is.EqualTo(_model.Count));
            TestContext.Out.WriteLine(
                $"{_model.Count} changes of {_model.Keys.Select(key => key.User).Distinct().Count()} users, "
                    + $"{late.Count} rows late by more than a day");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task StreamAsync(SignalStore store, string data, List<string[]> late)
    {
        EventBatch batch = store.CreateBatch("change");
        await foreach (string[] row in DataSet.ReadAsync(data, AllRows, every: Math.Max(1, AllRows / TestScale.Of(5_000))))
        {
            if (Seconds(row[0]) - Seconds(row[3]) > DayS)
            {
                late.Add(row);
                continue;
            }

            Add(batch, row, generation: 0);
            if (batch.Count == 500)
            {
                await store.AppendAsync(batch);
                batch.Clear();
            }
        }

        if (batch.Count > 0)
        {
            await store.AppendAsync(batch);
        }
    }

    private async IAsyncEnumerable<EventBatch> Batches(EventTypeSchema type, string[][] rows, int generation)
    {
        EventBatch batch = new(type);
        foreach (string[][] part in rows.Chunk(300))
        {
            batch.Clear();
            foreach (string[] row in part)
            {
                Add(batch, row, generation);
            }

            await Task.Yield();
            yield return batch;
        }
    }

    private void Add(EventBatch batch, string[] row, int generation)
    {
        UserId user = UserId.From(row[2]);
        long time = Seconds(row[3]) * 1000;
        ulong id = XxHash64.HashToUInt64(Encoding.UTF8.GetBytes($"{row[5]}\n{row[6]}\n{row[7]}"));
        batch.Add(user, time, id).Set("path", row[7]).Set("commit", row[8]).Set("blob", row[13]);
        string[] cells = [row[7], row[8], row[13]];
        if (_model.TryGetValue((user, time, id), out (long Stamp, string[] Cells)[]? known))
        {
            _model[(user, time, id)] = [.. known, (generation, cells)];
        }
        else
        {
            _model.Add((user, time, id), [(generation, cells)]);
        }
    }

    private int CompareAll(SignalStore store)
    {
        SequenceQuery query = store.Query("change").Build();
        int compared = 0;
        foreach (IGrouping<UserId, (UserId User, long Time, ulong Id)> user in _model.Keys.GroupBy(key => key.User))
        {
            using Sequence seq = store.Read(user.Key, query);
            (UserId, long, ulong)[] expected = [.. user.OrderByDescending(key => key.Time).ThenBy(key => key.Id)];
            Assert.That(seq.Count, Is.EqualTo(expected.Length), $"user {user.Key}");
            for (int row = 0; row < seq.Count; row++)
            {
                (UserId, long, ulong) key = (user.Key, seq.Times[row], seq.Ids[row]);
                Assert.That(key, Is.EqualTo(expected[row]));
                for (int cell = 0; cell < 3; cell++)
                {
                    Assert.That(seq.Text(query.ColumnNames[cell], row), Is.EqualTo(Winner(key, cell)), $"{key}");
                }
            }

            compared += seq.Count;
        }

        return compared;
    }

    // Of the copies of a cell the one of the latest generation counts, and within it the greatest bytes.
    private string Winner((UserId, long, ulong) key, int cell)
    {
        long newest = _model[key].Max(copy => copy.Stamp);
        return _model[key].Where(copy => copy.Stamp == newest).Select(copy => copy.Cells[cell]).Max(StringComparer.Ordinal)!;
    }

    private static long Seconds(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
