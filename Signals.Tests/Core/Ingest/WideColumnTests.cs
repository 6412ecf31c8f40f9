using Signals.Core.Columns;
using Signals.Core.Ingest;

namespace Signals.Tests.Core.Ingest;

/// <summary>A declared column that nobody sets takes no room, however wide it is and however many events there are.</summary>
[Category("Fast")]
internal sealed class WideColumnTests
{
    private const int Events = 16_385;

    private static readonly EventTypeSchema Type = StoreSchema.Define(s => s
        .EventType("e", t => t.Field<int>("n").Vector<float>("wide", 16_384).Vector<Half>("half", 16_384)))["e"];

    [Test]
    public void Plan_WideColumnsWithoutValues_TakeNoRoom()
    {
        EventBatch batch = Narrow();
        int length = BatchRecordWriter.Plan(batch);
        Assert.That(length, Is.LessThan(10 * Events));
        Assert.That(batch.HeldBytes, Is.LessThan(100 * Events));
        byte[] record = new byte[length];
        BatchRecordWriter.Write(batch, record);
        BatchRecordReader reader = BatchRecordReader.Open(record, Type);
        Assert.That((reader.Column(0).AllValues, reader.Column(1).AllAbsent, reader.Column(2).AllAbsent), Is.EqualTo((true, true, true)));
    }

    [Test]
    public void Plan_OneWideValueAmongMany_IsTooLongAndNotMadeRoomFor()
    {
        EventBatch batch = new(Type);
        batch.Add(UserId.From(1), 1, 0).SetVector<float>("wide", new float[16_384]);
        for (ulong i = 1; i < Events; i++)
        {
            batch.Add(UserId.From(1), 1, i).Set("n", (int)i);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(BatchRecordWriter.Plan(batch), Is.GreaterThan(1 << 30));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void AppendRows_BetweenColumnsWithAndWithoutValues_KeepsEveryCell([Values(1, 2, 3, 4, 5, 6, 7, 8)] int seed)
    {
        Random random = new(seed);
        foreach (ColumnType type in new[] { ColumnType.Scalar<int>(), ColumnType.Vector<float>(3), ColumnType.Text })
        {
            ColumnBuffer[] buffers = [new(type, 2), new(type, 2)];
            List<(ColumnState State, byte[] Bytes)>[] models = [[], []];
            for (int step = 0; step < 400; step++)
            {
                int at = random.Next(2);
                Step(random, buffers, models, at);
                for (int row = 0; row < models[at].Count; row++)
                {
                    Assert.That(buffers[at].GetState(row), Is.EqualTo(models[at][row].State), $"{type} {seed} {step}");
                    Assert.That(buffers[at].GetValue(row).SequenceEqual(models[at][row].Bytes), $"{type} {seed} {step}");
                }

                Assert.That(buffers[at].Count, Is.EqualTo(models[at].Count));
                if (random.Next(4) == 0)
                {
                    Assert.That(
                        buffers[at].Values.SequenceEqual(models[at].SelectMany(cell => cell.Bytes).ToArray()), $"{type} {seed} {step}");
                }
            }
        }
    }

    private static void Step(Random random, ColumnBuffer[] buffers, List<(ColumnState State, byte[] Bytes)>[] models, int at)
    {
        (ColumnBuffer buffer, List<(ColumnState State, byte[] Bytes)> model) = (buffers[at], models[at]);
        ColumnType type = buffer.Type;
        switch (random.Next(12))
        {
            case 0 or 1:
                byte[] value = new byte[type.IsVariable ? random.Next(5) : type.Width];
                random.NextBytes(value);
                if (type.IsVariable)
                {
                    buffer.AppendBytes(value);
                }
                else
                {
                    buffer.AppendFixed(value);
                }

                model.Add((ColumnState.Value, value));
                break;
            case 2 when type == ColumnType.Scalar<int>():
                buffer.Append(random.Next());
                model.Add((ColumnState.Value, buffer.GetValue(buffer.Count - 1).ToArray()));
                break;
            case 3 when model.Count > 0:
                buffer.RemoveLast();
                model.RemoveAt(model.Count - 1);
                break;
            case 4:
                buffer.Clear();
                model.Clear();
                break;
            case 5 or 6 or 7 when models[1 - at].Count > 0:
                int start = random.Next(models[1 - at].Count);
                int count = random.Next(models[1 - at].Count - start + 1);
                buffer.AppendRows(buffers[1 - at], start, count);
                model.AddRange(models[1 - at].GetRange(start, count));
                break;
            default:
                ColumnState state = random.Next(2) == 0 ? ColumnState.Absent : ColumnState.Null;
                int rows = random.Next(4);
                buffer.AppendMissing(state, rows);
                model.AddRange(Enumerable.Repeat((state, new byte[type.Width]), rows));
                break;
        }
    }

    private static EventBatch Narrow()
    {
        EventBatch batch = new(Type);
        for (int i = 0; i < Events; i++)
        {
            batch.Add(UserId.From(1), 1_772_323_200_000 + i, (ulong)i).Set("n", i);
        }

        return batch;
    }
}
