namespace Signals.Tests.Generators;

/// <summary>An event with every kind of column, each as a property that can be null and as one that cannot.</summary>
[Event("every_kind")]
internal readonly partial record struct EveryKind(UserId User, DateTimeOffset Time, ulong Id)
{
    public bool Flag { get; init; }

    public bool? FlagOrNull { get; init; }

    public sbyte Int8 { get; init; }

    public byte? UInt8 { get; init; }

    public short Int16 { get; init; }

    public ushort? UInt16 { get; init; }

    public int Int32 { get; init; }

    public uint? UInt32 { get; init; }

    public long Int64 { get; init; }

    public ulong? UInt64 { get; init; }

    public Half Float16 { get; init; }

    public float? Float32 { get; init; }

    public double Float64 { get; init; }

    [Column(StoreNull = true)]
    public double? Float64OrNull { get; init; }

    public DayOfWeek Day { get; init; }

    public DayOfWeek? DayOrNull { get; init; }

    public string? Text { get; init; }

    [Column("query", StoreNull = true)]
    public string? TextOrNull { get; init; }

    public ReadOnlyMemory<byte> Bytes { get; init; }

    public byte[]? Blob { get; init; }

    [Vector(8)]
    public ReadOnlyMemory<Half> Halves { get; init; }

    [Vector(3)]
    public ReadOnlyMemory<float>? Floats { get; init; }

    [Vector(5)]
    public sbyte[]? Codes { get; init; }

    [Enrichment]
    public float? Price { get; init; }

    /// <summary>An event with random values; about a third of what can be null is.</summary>
    public static EveryKind Random(Random random, UserId user, long timeMs, ulong id)
    {
        bool Missing() => random.Next(3) == 0;
        return new EveryKind(user, DateTimeOffset.FromUnixTimeMilliseconds(timeMs), id)
        {
            Flag = random.Next(2) == 0,
            FlagOrNull = Missing() ? null : random.Next(2) == 0,
            Int8 = (sbyte)random.Next(-128, 128),
            UInt8 = Missing() ? null : (byte)random.Next(256),
            Int16 = (short)random.Next(-32768, 32768),
            UInt16 = Missing() ? null : (ushort)random.Next(65536),
            Int32 = random.Next(int.MinValue, int.MaxValue),
            UInt32 = Missing() ? null : (uint)random.NextInt64(1L << 32),
            Int64 = random.NextInt64(long.MinValue, long.MaxValue),
            UInt64 = Missing() ? null : (ulong)random.NextInt64(long.MinValue, long.MaxValue),
            Float16 = (Half)random.NextSingle(),
            Float32 = Missing() ? null : random.NextSingle() * 1e6f,
            Float64 = random.NextDouble() * 1e9,
            Float64OrNull = Missing() ? null : random.NextDouble(),
            Day = (DayOfWeek)random.Next(7),
            DayOrNull = Missing() ? null : (DayOfWeek)random.Next(7),
            Text = Missing() ? null : RandomText(random),
            TextOrNull = Missing() ? null : RandomText(random),
            Bytes = RandomBytes(random),
            Blob = Missing() ? null : RandomBytes(random),
            Halves = Missing() ? default : Array.ConvertAll(RandomBytes(random, 8), b => (Half)b),
            Floats = Missing() ? default(ReadOnlyMemory<float>?) : Array.ConvertAll(RandomBytes(random, 3), b => (float)b),
            Codes = Missing() ? null : Array.ConvertAll(RandomBytes(random, 5), b => (sbyte)b),
            Price = Missing() ? null : random.NextSingle(),
        };
    }

    /// <summary>All values as text, memory by its content: two events with the same text are the same event.</summary>
    public string Describe() =>
        $"{User} {Time:O} {Id} {Flag} {FlagOrNull} {Int8} {UInt8} {Int16} {UInt16} {Int32} {UInt32} {Int64} {UInt64} {Float16} {Float32:R} "
        + $"{Float64:R} {Float64OrNull:R} {Day} {DayOrNull} {Text ?? "null"} {TextOrNull ?? "null"} {Convert.ToHexString(Bytes.Span)} "
        + $"{(Blob is null ? "null" : Convert.ToHexString(Blob))} [{string.Join(' ', Halves.ToArray())}] "
        + $"{(Floats is { } floats ? string.Join(' ', floats.ToArray()) : "null")} "
        + $"{(Codes is null ? "null" : string.Join(' ', Codes))} {Price:R}";

    private static string RandomText(Random random) =>
        new([.. Enumerable.Range(0, random.Next(9)).Select(_ => (char)random.Next('a', 'z'))]);

    private static byte[] RandomBytes(Random random, int length = -1)
    {
        byte[] bytes = new byte[length < 0 ? random.Next(9) : length];
        random.NextBytes(bytes);
        return bytes;
    }
}
