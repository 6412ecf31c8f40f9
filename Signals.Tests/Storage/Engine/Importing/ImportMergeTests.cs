using System.Runtime.InteropServices;
using Signals.Core.Model;
using Signals.Offline;
using Signals.Storage.Segments;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Segments;

namespace Signals.Tests.Storage.Engine.Importing;

/// <summary>
/// Whole histories of appends and imported segments, with insertions, corrections and retractions of several generations, in random
/// order and disturbed by flushes, compactions and reopens: reads show what the registers say.
/// </summary>
[Category("Fast")]
[Category("Scaled")]
internal sealed class ImportMergeTests
{
    private const int Histories = 60;
    private const int BaseSeed = 20_260_301;

    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema.EventType("view", SegmentSample.Define));
    private static readonly RowMarks[] Marks = [RowMarks.Insert, RowMarks.Insert, RowMarks.Correct, RowMarks.Correct, RowMarks.Retract];

    private readonly ManualTime _time = new(SegmentSample.Start + 100 * SegmentSample.Hour);

    [Test]
    public async Task Import_AnyHistory_ShowsWhatTheRegistersSay()
    {
        for (int i = 0; i < TestScale.Of(Histories); i++)
        {
            int seed = BaseSeed + i;
            try
            {
                await RunAsync(new Random(seed));
            }
            catch (Exception error)
            {
                throw new AssertionException($"history of seed {seed}: {error.Message}", error);
            }
        }
    }

    private async Task RunAsync(Random random)
    {
        SimFileSystem files = new(record: false);
        files.CreateDirectory("/offline");
        RegisterModel model = new();
        HashSet<UserId> users = [];
        SignalStore store = Open(files);
        for (int step = 0; step < 8; step++)
        {
            switch (random.Next(6))
            {
                case 0 or 1:
                    List<SegmentRow> streamed = SegmentSample.Rows(random, random.Next(1, 30), RowMarks.Insert);
                    streamed.ForEach(row => model.Add(row, stamp: 1));
                    Append(store, streamed);
                    users.UnionWith(streamed.Select(row => row.User));
                    break;
                case 2 or 3 or 4:
                    users.UnionWith(await ImportAsync(files, store, model, random, step));
                    break;
                case 5 when random.Next(2) == 0:
                    await store.CompactAsync();
                    break;
                default:
                    await store.FlushAsync();
                    store.Dispose();
                    store = Open(files);
                    break;
            }

            foreach (UserId user in users)
            {
                Assert.That(Read(store, user), Is.EqualTo(model.Lines(user)), $"user {user} after step {step}");
            }
        }

        await store.CompactAsync();
        foreach (UserId user in users)
        {
            Assert.That(Read(store, user), Is.EqualTo(model.Lines(user)), $"user {user} at the end");
        }

        store.Dispose();
    }

    private static async Task<IEnumerable<UserId>> ImportAsync(
        SimFileSystem files, SignalStore store, RegisterModel model, Random random, int step)
    {
        SegmentOptions options = new() { Generation = random.Next(1, 4), SourceRank = (ushort)random.Next(2), Source = "random" };
        List<SegmentRow> rows = SegmentSample.Rows(random, random.Next(1, 40), Marks[random.Next(2)..random.Next(3, 6)]);
        ulong stamp = Stamp.Create(options.Generation, options.SourceRank).Value;
        rows.ForEach(row => model.Add(row, stamp));
        string path = $"/offline/{step}.seg";
        SegmentSample.Write(files, rows, options, path: path);
        ImportResult result = await store.ImportAsync(path, new ImportOptions { Move = random.Next(2) == 0 });
        Assert.That(result.Events + result.Patches, Is.EqualTo(rows.Select(row => row.Identity).Distinct().Count()));
        return rows.Select(row => row.User);
    }

    private static void Append(SignalStore store, List<SegmentRow> rows)
    {
        EventBatch batch = store.CreateBatch("view");
        foreach (SegmentRow row in rows)
        {
            SegmentSample.Set(batch.Add(row.User, row.Time, row.Id), store.Schema["view"], row);
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    private static List<string> Read(SignalStore store, UserId user)
    {
        string[] columns = [.. SegmentSample.Type.Columns.Select(column => column.Name)];
        using Sequence sequence = store.Read(user, store.Query("view").Columns(columns).Build());
        List<string> lines = [];
        for (int row = 0; row < sequence.Count; row++)
        {
            List<(string, SegmentCell)> cells = [];
            foreach (ColumnSchema column in SegmentSample.Type.Columns)
            {
                ColumnState state = sequence.States(column.Name)[row];
                cells.Add((column.Name, new SegmentCell(state, state == ColumnState.Value ? ValueOf(sequence, column, row) : [])));
            }

            lines.Add(RegisterModel.Line(sequence.Times[row], sequence.Ids[row], cells));
        }

        return lines;
    }

    private static byte[] ValueOf(Sequence sequence, ColumnSchema column, int row) => column.Type.Kind switch
    {
        ColumnKind.Float32 => BitConverter.GetBytes(sequence.Field<float>(column.Name)[row]),
        ColumnKind.Int64 => BitConverter.GetBytes(sequence.Field<long>(column.Name)[row]),
        ColumnKind.Boolean => BitConverter.GetBytes(sequence.Field<bool>(column.Name)[row]),
        ColumnKind.VectorFloat16 => Elements(sequence.Vector<Half>(column.Name), column, row),
        ColumnKind.VectorInt8 => Elements(sequence.Vector<sbyte>(column.Name), column, row),
        _ => sequence.Bytes(column.Name, row).ToArray(),
    };

    private static byte[] Elements<T>(ReadOnlySpan<T> vectors, ColumnSchema column, int row)
        where T : unmanaged =>
        MemoryMarshal.AsBytes(vectors.Slice(row * column.Type.Dimensions, column.Type.Dimensions)).ToArray();

    private SignalStore Open(SimFileSystem files) => TestStores.Open(files, Schema, _time);
}
