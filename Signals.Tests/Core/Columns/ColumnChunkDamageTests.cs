using Signals.Core.Columns;

namespace Signals.Tests.Core.Columns;

/// <summary>Damaged bytes give an <see cref="InvalidDataException"/> or a value; nothing else, and what validates also reads.</summary>
[TestFixture]
internal sealed class ColumnChunkDamageTests
{
    private const int Rows = 40;

    [Test]
    public void Open_EveryTruncationOfEveryEncoding_IsRefusedOrReads()
    {
        foreach ((ColumnType type, byte[] bytes) in Chunks())
        {
            for (int length = 0; length < bytes.Length; length++)
            {
                ReadAll(type, bytes[..length]);
            }
        }
    }

    [Test]
    public void Open_EveryFlippedBit_IsRefusedOrReads()
    {
        foreach ((ColumnType type, byte[] bytes) in Chunks())
        {
            for (int bit = 0; bit < bytes.Length * 8; bit++)
            {
                bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
                ReadAll(type, bytes);
                bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
            }
        }
    }

    [Test]
    public void Open_RandomBytesOverTheChunk_IsRefusedOrReads()
    {
        const int seed = 20260117;
        var random = new Random(seed);
        foreach ((ColumnType type, byte[] bytes) in Chunks())
        {
            for (int round = 0; round < 300; round++)
            {
                byte[] damaged = [.. bytes];
                for (int i = random.Next(1, 8); i > 0; i--)
                {
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                }

                ReadAll(type, damaged);
            }
        }
    }

    [Test]
    public void Open_AsAnotherTypeOrOtherRows_IsRefusedOrReads()
    {
        foreach ((_, byte[] bytes) in Chunks())
        {
            foreach (ColumnType type in ColumnSamples.Types)
            {
                ReadAll(type, bytes);
                ReadAll(type, bytes, Rows - 1);
                ReadAll(type, bytes, int.MaxValue, readRows: false);
            }
        }
    }

    [TestCase("04 02 01 01 0000000000000000 01 02 03 04", "reserved", TestName = "Validate_ReservedByte_IsRefused")]
    [TestCase("01 02 00 00", "none", TestName = "Validate_ValuesWithoutBytes_IsRefused")]
    [TestCase("01 00 00 00", "absent", TestName = "Validate_AbsentWithBytes_IsRefused")]
    [TestCase("01 03 00 00 07", "unknown state", TestName = "Validate_UnknownState_IsRefused")]
    public void Validate_BrokenRule_SaysWhich(string hex, string message) => Assert.That(
        () => ColumnChunk.Validate(
            ColumnType.Scalar<long>(), Convert.FromHexString(hex.Replace(" ", string.Empty, StringComparison.Ordinal)), 4),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));

    [TestCase("07 02 01 00 0000 10 00000000000000", "bits after", TestName = "Validate_BitsAfterTheLastOffset_IsRefused")]
    [TestCase("07 02 01 00 0000 0F 00000000000001", "bits after", TestName = "Validate_BitsInTheZerosBehind_IsRefused")]
    [TestCase("07 02 10 00 0000 0F0000000000000F 00000000000000", "unit 16", TestName = "Open_BitsAsManyAsTheRowHas_IsRefused")]
    [TestCase("07 02 00 00 0000 00000000000000", "unit 0", TestName = "Open_NoBits_IsRefused")]
    [TestCase("07 02 01 00 00000000000000", "unit 1", TestName = "Open_NoRoomBehindTheBits_IsRefused")]
    public void Validate_BrokenPacking_SaysHow(string hex, string message) => Assert.That(
        () => ColumnChunk.Validate(
            ColumnType.Scalar<short>(), Convert.FromHexString(hex.Replace(" ", string.Empty, StringComparison.Ordinal)), 4),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));

    [Test]
    public void Open_OffsetsAsWideAsTheValues_IsRefused() => Assert.That(
        () =>
        {
            var values = new byte[4];
            ColumnChunk.Open(ColumnType.Scalar<short>(), [4, 2, 2, 0, 1, 0, 1, 0, 2, 0], 2).CopyValues(0, 2, values);
        },
        Throws.TypeOf<InvalidDataException>());

    [Test]
    public void Validate_BooleanOfTwo_IsRefused() => Assert.That(
        () => ColumnChunk.Validate(ColumnType.Scalar<bool>(), [3, 2, 0, 0, 1, 2], 2),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("boolean"));

    [Test]
    public void Validate_StatesAfterTheLastRow_IsRefused() => Assert.That(
        () => ColumnChunk.Validate(ColumnType.Scalar<byte>(), [3, 3, 0, 0, 1, 2, 0b10_00_10_01], 2),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("after the last row"));

    private static void ReadAll(ColumnType type, byte[] bytes, int rows = Rows, bool readRows = true)
    {
        bool valid = true;
        try
        {
            if (readRows)
            {
                ColumnChunk.Validate(type, bytes, rows);
            }
        }
        catch (InvalidDataException)
        {
            valid = false;
        }

        try
        {
            ColumnChunk chunk = ColumnChunk.Open(type, bytes, rows);
            for (int row = 0; readRows && row < rows; row++)
            {
                ColumnChunkTests.Row(chunk, row, new byte[type.Width]);
                ColumnState state = chunk.GetState(row);
                Assert.That(!valid || state <= ColumnState.Value, Is.True, "a valid chunk has known states");
            }

            if (readRows && !type.IsVariable)
            {
                chunk.CopyValues(0, rows, new byte[rows * type.Width]);
                chunk.CopyStates(0, rows, new byte[rows]);
            }
        }
        catch (InvalidDataException damage)
        {
            Assert.That(valid && readRows, Is.False, $"validated, then: {damage.Message}");
        }
    }

    private static IEnumerable<(ColumnType Type, byte[] Bytes)> Chunks()
    {
        foreach (ColumnType type in ColumnSamples.Types)
        {
            foreach (int distinct in new[] { 1, 3, 250, 70_000 })
            {
                foreach (bool missing in new[] { false, true })
                {
                    foreach (ChunkGoal goal in Enum.GetValues<ChunkGoal>())
                    {
                        yield return (type, ColumnChunkTests.Encode(Column(type, distinct, missing), 0, Rows, goal));
                    }
                }
            }
        }
    }

    private static ColumnBuffer Column(ColumnType type, int distinct, bool missing)
    {
        var column = new ColumnBuffer(type);
        for (int row = 0; row < Rows; row++)
        {
            int value = unchecked(row * 7919) % distinct;
            if (missing && row % 5 == 0)
            {
                column.AppendMissing((ColumnState)(row % 2));
            }
            else if (type.IsVariable)
            {
                column.AppendBytes(BitConverter.GetBytes(value).AsSpan(0, value % 5));
            }
            else
            {
                Span<byte> bytes = column.AppendFixedRows(1);
                bytes.Clear();
                BitConverter.GetBytes(type.Kind == ColumnKind.Boolean ? value & 1 : value)
                    .AsSpan(0, Math.Min(4, bytes.Length)).CopyTo(bytes);
            }
        }

        return column;
    }
}
