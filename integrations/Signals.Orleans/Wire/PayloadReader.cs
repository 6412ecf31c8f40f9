using System.Buffers.Binary;
using System.Text;
using Signals.Serving;

namespace Signals.Orleans.Wire;

/// <summary>
/// Walks through the bytes of an answer section by section and checks each against what is left. One thread; used once.
/// </summary>
internal ref struct PayloadReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;

    /// <exception cref="ServedColumnsException">The header is not that of an answer of this kind and length.</exception>
    public PayloadReader(ReadOnlySpan<byte> bytes, byte kind)
    {
        _bytes = bytes;
        if (bytes.Length < ServedColumnsFormat.HeaderBytes || bytes.Length > ServedColumnsFormat.MaxBytes)
        {
            throw Bad($"it has {bytes.Length} bytes, not {ServedColumnsFormat.HeaderBytes} to {ServedColumnsFormat.MaxBytes}");
        }

        Require(BinaryPrimitives.ReadUInt32LittleEndian(bytes) == ServedColumnsFormat.Magic, "it does not begin with SGVC");
        int version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[ServedColumnsFormat.VersionAt..]);
        Require(version == ServedColumnsFormat.Version, $"its version is {version}, not {ServedColumnsFormat.Version}");
        Require(bytes[ServedColumnsFormat.KindAt] == kind, $"its kind is {bytes[ServedColumnsFormat.KindAt]}, not {kind}");
        long length = BinaryPrimitives.ReadInt64LittleEndian(bytes[ServedColumnsFormat.LengthAt..]);
        Require(length == bytes.Length, $"it says that it has {length} bytes and has {bytes.Length}");
        _at = ServedColumnsFormat.HeaderBytes;
    }

    public readonly int Rows => Count(ServedColumnsFormat.RowsAt);

    public readonly int Columns => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[ServedColumnsFormat.ColumnsAt..]);

    public readonly int Types => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[ServedColumnsFormat.TypesAt..]);

    public readonly ServingStatus Status => StatusOf(_bytes[ServedColumnsFormat.StatusAt]);

    public readonly long NowMs => BinaryPrimitives.ReadInt64LittleEndian(_bytes[ServedColumnsFormat.NowMsAt..]);

    /// <summary>Where the answer comes from, as its replica said. The time on the way is the caller's to add.</summary>
    public readonly ClusterAnswer ReadAnswer()
    {
        int partition = BinaryPrimitives.ReadInt32LittleEndian(_bytes[ServedColumnsFormat.PartitionAt..]);
        long position = BinaryPrimitives.ReadInt64LittleEndian(_bytes[ServedColumnsFormat.PositionAt..]);
        long lag = BinaryPrimitives.ReadInt64LittleEndian(_bytes[ServedColumnsFormat.LagMicrosecondsAt..]);
        long records = BinaryPrimitives.ReadInt64LittleEndian(_bytes[ServedColumnsFormat.LagRecordsAt..]);
        byte role = _bytes[ServedColumnsFormat.RoleAt];
        byte flags = _bytes[ServedColumnsFormat.FlagsAt];
        Require(partition >= 0 && position >= 0, $"partition {partition} or position {position} is negative");
        Require(records >= ServedColumnsFormat.Unknown && lag >= ServedColumnsFormat.Unknown, "a lag is less than unknown");
        Require(lag <= TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond, $"its lag of {lag} us is beyond every time");
        Require(role <= (byte)ReplicaRole.Owner, $"its role is {role}");
        Require(flags <= ServedColumnsFormat.FlagComplete, $"its flags are {flags}");
        Require(flags == 0 || lag >= 0, "it says that it is complete and not how late it is");
        return new ClusterAnswer
        {
            Partition = partition,
            Position = position,
            Role = (ReplicaRole)role,
            LagRecords = records < 0 ? null : records,
            Lag = lag < 0 ? null : TimeSpan.FromMicroseconds(lag),
            IsComplete = flags == ServedColumnsFormat.FlagComplete,
            IsLocal = false,
        };
    }

    /// <summary>Takes a section and returns where it begins.</summary>
    public int Take(long bytes)
    {
        if (bytes < 0 || ServedColumnsFormat.Padded(bytes) > _bytes.Length - _at)
        {
            throw Bad($"a section of {bytes} bytes begins at {_at}, where {_bytes.Length - _at} are left");
        }

        int start = _at;
        _at += (int)ServedColumnsFormat.Padded(bytes);
        return start;
    }

    /// <summary>Takes an entry and its name; returns where the entry begins.</summary>
    public int TakeNamed(int entryBytes, out string name)
    {
        if (_bytes.Length - _at < entryBytes)
        {
            throw Bad($"an entry begins at {_at}, where {_bytes.Length - _at} bytes are left");
        }

        int nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[(_at + 2)..]);
        int start = Take(entryBytes + nameBytes);
        try
        {
            name = StrictUtf8.GetString(_bytes.Slice(start + entryBytes, nameBytes));
        }
        catch (DecoderFallbackException)
        {
            throw Bad($"the name at {start + entryBytes} is not UTF-8");
        }

        return start;
    }

    /// <summary>A number of rows, users or places at this offset, within its bounds.</summary>
    public readonly int Count(int at)
    {
        int count = BinaryPrimitives.ReadInt32LittleEndian(_bytes[at..]);
        Require(count is >= 0 and <= ServedColumnsFormat.MaxRows, $"the number at {at} is {count}");
        return count;
    }

    public readonly void RequireEnd() => Require(_at == _bytes.Length, $"{_bytes.Length - _at} bytes are left at its end");

    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw Bad(otherwise);
        }
    }

    /// <summary>A status, whose flags must all be known.</summary>
    public static ServingStatus StatusOf(byte status)
    {
        Require((status & ~ServedColumnsFormat.AllStatuses) == 0, $"the status {status} has flags that are none");
        return (ServingStatus)status;
    }

    public static ServedColumnsException Bad(string reason) => new($"An answer of another machine cannot be read: {reason}.");
}
