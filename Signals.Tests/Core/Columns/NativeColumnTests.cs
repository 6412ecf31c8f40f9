using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Tests.Simulation;

namespace Signals.Tests.Core.Columns;

/// <summary>Columns in native memory hold what columns in arrays hold, and the memory is given back as a whole.</summary>
[Category("Fast")]
internal sealed class NativeColumnTests
{
    private static readonly ColumnType[] Types =
        [ColumnType.Scalar<int>(), ColumnType.Scalar<double>(), ColumnType.Text, ColumnType.Vector<float>(40)];

    [Test]
    public void AnyChanges_InNativeMemory_LeaveWhatTheyLeaveInArrays([Range(1, 20)] int seed)
    {
        SimRandom random = new((ulong)seed);
        using OwnedMemory memory = new();
        foreach (ColumnType type in Types)
        {
            ColumnBuffer array = new(type);
            ColumnBuffer native = new(type, memory: memory);
            for (int step = 0; step < 400; step++)
            {
                Change(array, native, type, random, out string what);
                Assert.That(Differs(array, native), Is.False, $"seed {seed}, {type}, step {step}: {what}");
            }
        }
    }

    [Test]
    public void AppendRows_OfTheBufferItselfThatHasToGrow_CopiesTheRows([Values(1, 64, 1000)] int rows)
    {
        using OwnedMemory memory = new();
        ColumnBuffer column = new(ColumnType.Text, memory: memory);
        for (int row = 0; row < rows; row++)
        {
            column.AppendText($"value {row} that is as long as it takes to outgrow the room that there is");
        }

        column.AppendRows(column, 0, rows);
        Assert.That(
            Enumerable.Range(0, rows).Count(row => !column.GetValue(row).SequenceEqual(column.GetValue(rows + row))), Is.Zero);
    }

    [Test]
    public void Dispose_AfterGrowth_HoldsNothingAndRefusesLaterUse()
    {
        OwnedMemory memory = new();
        ColumnBuffer column = new(ColumnType.Scalar<long>(), memory: memory);
        for (long row = 0; row < 10_000; row++)
        {
            column.Append(row);
        }

        Assert.That(memory.HeldBytes, Is.GreaterThanOrEqualTo(10_000 * (sizeof(long) + 1)));
        memory.Dispose();
        Assert.That(memory.HeldBytes, Is.Zero);
        Assert.That(() => column.GetValue(5).Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => column.AppendMissing(ColumnState.Null, 100_000), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => memory.CreateBlock(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(memory.Dispose, Throws.Nothing);
    }

    private static void Change(ColumnBuffer array, ColumnBuffer native, ColumnType type, SimRandom random, out string what)
    {
        int action = (int)(random.Next() % 8);
        int rows = 1 + (int)(random.Next() % 40);
        what = $"action {action} with {rows} rows";
        switch (action)
        {
            case 0:
                array.AppendMissing(ColumnState.Null, rows);
                native.AppendMissing(ColumnState.Null, rows);
                break;
            case 1:
                array.AppendMissing(ColumnState.Absent, rows);
                native.AppendMissing(ColumnState.Absent, rows);
                break;
            case 2 when array.Count > 0:
                array.RemoveLast();
                native.RemoveLast();
                break;
            case 3 when array.Count > 0 && array.Count < 10_000:
                int count = 1 + (int)(random.Next() % (ulong)array.Count);
                int start = (int)(random.Next() % (ulong)(array.Count - count + 1));
                array.AppendRows(array, start, count);
                native.AppendRows(native, start, count);
                break;
            case 4 when random.Next() % 20 == 0:
                array.Clear();
                native.Clear();
                break;
            default:
                byte[] value = new byte[type.IsVariable ? rows : type.Width];
                value.AsSpan().Fill((byte)random.Next());
                Append(array, value);
                Append(native, value);
                break;
        }
    }

    private static void Append(ColumnBuffer column, byte[] value)
    {
        if (column.Type.IsVariable)
        {
            column.AppendBytes(value);
        }
        else
        {
            column.AppendFixed(value);
        }
    }

    private static bool Differs(ColumnBuffer array, ColumnBuffer native)
    {
        bool differs = !array.States.SequenceEqual(native.States) || !array.Ends.SequenceEqual(native.Ends);
        for (int row = 0; row < array.Count && !differs; row += 1 + (array.Count / 64))
        {
            differs = !array.GetValue(row).SequenceEqual(native.GetValue(row));
        }

        return differs;
    }
}
