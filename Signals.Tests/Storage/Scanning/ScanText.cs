using System.Globalization;
using System.Text;
using Signals.Scanning;

namespace Signals.Tests.Storage.Scanning;

/// <summary>Events as lines of text: those of a scan, and those of reads. Threads: one.</summary>
internal static class ScanText
{
    /// <summary>The events that a scan still gives, to its end.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="most">The most rows of a batch.</param>
    public static List<string> All(EventScan scan, int most)
    {
        List<string> lines = [];
        while (Next(scan, most, lines))
        {
        }

        return lines;
    }

    /// <summary>Adds the events of the next batch, and checks what must hold of every batch.</summary>
    public static bool Next(EventScan scan, int most, List<string> lines)
    {
        long before = scan.Rows;
        if (!scan.TryNext(out ScanBatch batch))
        {
            Assert.That((batch.Count, scan.Rows), Is.EqualTo((Count: 0, Rows: before)));
            return false;
        }

        Assert.That(batch.Count, Is.InRange(1, most));
        Assert.That(scan.Rows, Is.EqualTo(before + batch.Count));
        Assert.That(scan.Rows, Is.LessThanOrEqualTo(scan.MostRows));
        Assert.That((batch.Users.Length, batch.Times.Length, batch.Ids.Length), Is.EqualTo((batch.Count, batch.Count, batch.Count)));
        CheckRuns(batch);
        CheckToken(scan, batch);
        for (int row = 0; row < batch.Count; row++)
        {
            StringBuilder line = Key(batch.Users[row], batch.Times[row], batch.Ids[row]);
            for (int i = 0; i < scan.Columns.Count; i++)
            {
                Add(line, scan.Columns[i].Name, batch.States(i)[row], Value(scan, batch, i, row));
            }

            lines.Add(line.ToString());
        }

        for (int i = 0; i < scan.Columns.Count; i++)
        {
            Assert.That(batch.AllValues(i), Is.EqualTo(!batch.States(i).ContainsAnyExcept(ColumnState.Value)));
        }

        return true;
    }

    /// <summary>Adds the events of a user that a read gave.</summary>
    public static void Add(EventTypeSchema type, UserId user, in Sequence sequence, List<string> lines)
    {
        for (int row = 0; row < sequence.Count; row++)
        {
            StringBuilder line = Key(user, sequence.Times[row], sequence.Ids[row]);
            foreach (string name in sequence.Query.ColumnNames)
            {
                Add(line, name, sequence.States(name)[row], Value(type, sequence, name, row));
            }

            lines.Add(line.ToString());
        }
    }

    private static StringBuilder Key(UserId user, long time, ulong id) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{user} {time} {id}"));

    private static void Add(StringBuilder line, string name, ColumnState state, ReadOnlySpan<byte> value) =>
        line.Append(CultureInfo.InvariantCulture, $" {name}:{(int)state}:{Convert.ToHexString(value)}");

    private static ReadOnlySpan<byte> Value(EventScan scan, in ScanBatch batch, int ordinal, int row)
    {
        ColumnType type = scan.Columns[ordinal].Type;
        if (!type.IsVariable)
        {
            ReadOnlySpan<byte> all = batch.FixedBytes(ordinal);
            Assert.That(all.Length, Is.EqualTo(batch.Count * type.Width));
            return all.Slice(row * type.Width, type.Width);
        }

        ReadOnlySpan<int> offsets = batch.Offsets(ordinal);
        Assert.That((offsets.Length, offsets[0], offsets[^1]), Is.EqualTo((batch.Count + 1, 0, batch.Values(ordinal).Length)));
        ReadOnlySpan<byte> value = batch.Values(ordinal)[offsets[row]..offsets[row + 1]];
        Assert.That(batch.Bytes(ordinal, row).SequenceEqual(value));
        return value;
    }

    private static ReadOnlySpan<byte> Value(EventTypeSchema type, in Sequence sequence, string name, int row)
    {
        ColumnType column = type.Columns[type.IndexOf(name)].Type;
        int ordinal = sequence.Query.OrdinalOf(name);
        return column.IsVariable
            ? sequence.Bytes(name, row)
            : sequence.Buffer.Columns[ordinal].Values.Slice(row * column.Width, column.Width);
    }

    private static void CheckRuns(in ScanBatch batch)
    {
        int end = 0;
        foreach (ScanRun run in batch.Runs)
        {
            Assert.That((run.First, run.Count > 0), Is.EqualTo((end, true)));
            Assert.That(batch.Users.Slice(run.First, run.Count).ContainsAnyExcept(run.User), Is.False);
            Assert.That(end == 0 || batch.Users[end - 1] < run.User);
            end += run.Count;
        }

        Assert.That(end, Is.EqualTo(batch.Count));
    }

    private static void CheckToken(EventScan scan, in ScanBatch batch)
    {
        ScanToken token = scan.Token!;
        Assert.That((token.User, token.TimeMs, token.Id), Is.EqualTo((batch.Users[^1], batch.Times[^1], batch.Ids[^1])));
        Assert.That(ScanToken.Parse(token.ToString()), Is.EqualTo(token));
    }
}
