using System.Text;

namespace Signals.Tests.Parquet;

/// <summary>
/// Random schemas with columns of every kind, and stores that are filled at random: streamed, corrected, flushed. One thread.
/// </summary>
internal sealed class RandomLake(int seed)
{
    private const long DayMs = 86_400_000;
    private const long StartMs = 1_772_000_000_000;

    private static readonly string[] Names =
        ["price", "user", "time", "id", "user_id", "a.b", "x-1", "null_columns", "title", "key", "vector", "dt", "Type"];

    private readonly Random _random = new(seed);

    /// <summary>A schema of one to three event types.</summary>
    public StoreSchema Schema() => StoreSchema.Define(schema =>
    {
        int types = _random.Next(1, 4);
        for (int i = 0; i < types; i++)
        {
            schema.EventType($"type{i}", type => Define(type, i));
        }
    });

    /// <summary>Events of all types.</summary>
    public async Task FillAsync(SignalStore store, int events)
    {
        UserId[] users = [.. Enumerable.Range(1, _random.Next(1, 60)).Select(User)];
        foreach (EventTypeSchema type in store.Schema.EventTypes)
        {
            for (int done = 0; done < events;)
            {
                EventBatch batch = store.CreateBatch(type.Name);
                int count = Math.Min(events - done, _random.Next(1, 200));
                for (int i = 0; i < count; i++)
                {
                    UserId user = users[(int)(users.Length * Math.Pow(_random.NextDouble(), 2))];
                    Fill(batch.Add(user, StartMs + _random.NextInt64(5 * DayMs), (ulong)_random.NextInt64(0, 1000)), type);
                }

                await store.AppendAsync(batch);
                done += count;
                if (_random.Next(4) == 0)
                {
                    await store.FlushAsync();
                }
            }
        }
    }

    private static EventTypeBuilder Add(EventTypeBuilder type, string name, int kind, bool isField) => (kind, isField) switch
    {
        (0, true) => type.Field<bool>(name),
        (1, true) => type.Field<sbyte>(name),
        (2, true) => type.Field<byte>(name),
        (3, true) => type.Field<short>(name),
        (4, true) => type.Field<ushort>(name),
        (5, true) => type.Field<int>(name),
        (6, true) => type.Field<uint>(name),
        (7, true) => type.Field<long>(name),
        (8, true) => type.Field<ulong>(name),
        (9, true) => type.Field<Half>(name),
        (10, true) => type.Field<float>(name),
        (11, true) => type.Field<double>(name),
        (12, true) => type.Text(name),
        (13, true) => type.Bytes(name),
        (14, true) => type.Vector<sbyte>(name, 7),
        (15, true) => type.Vector<Half>(name, 16),
        (16, true) => type.Vector<float>(name, 3),
        (int other, false) when other < 12 => type.Enrichment<double>(name),
        (12, false) => type.EnrichmentText(name),
        (13, false) => type.EnrichmentBytes(name),
        _ => type.EnrichmentVector<float>(name, 1),
    };

    private UserId User(int number) => _random.Next(3) switch
    {
        0 => UserId.From((ulong)number),
        1 => UserId.From($"user {number}"),
        _ => new UserId(ulong.MaxValue - (ulong)number, (ulong)_random.NextInt64()),
    };

    private void Define(EventTypeBuilder type, int index)
    {
        string[] names = [.. Names.OrderBy(_ => _random.Next()).Take(_random.Next(0, Names.Length))];
        foreach (string name in names)
        {
            Add(type, name, _random.Next(17), _random.Next(4) > 0);
        }

        if (_random.Next(3) == 0)
        {
            type.KeepLast(_random.Next(1, 40));
        }

        if (index == 1)
        {
            type.Window(TimeSpan.FromHours(_random.Next(1, 48)));
        }
    }

    private void Fill(EventRow row, EventTypeSchema type)
    {
        foreach (ColumnSchema column in type.Columns)
        {
            int choice = _random.Next(6);
            if (choice == 0)
            {
                row.SetNull(column.Name);
            }
            else if (choice > 1)
            {
                SetValue(row, column);
            }
        }
    }

    private void SetValue(EventRow row, ColumnSchema column)
    {
        string name = column.Name;
        byte[] bytes = new byte[column.Type.IsVariable ? _random.Next(0, 40) : column.Type.Width];
        _random.NextBytes(bytes);
        switch (column.Type.Kind)
        {
            case ColumnKind.Boolean: row.Set(name, bytes[0] % 2 == 0); break;
            case ColumnKind.Int8: row.Set(name, (sbyte)bytes[0]); break;
            case ColumnKind.UInt8: row.Set(name, bytes[0]); break;
            case ColumnKind.Int16: row.Set(name, BitConverter.ToInt16(bytes)); break;
            case ColumnKind.UInt16: row.Set(name, BitConverter.ToUInt16(bytes)); break;
            case ColumnKind.Int32: row.Set(name, BitConverter.ToInt32(bytes)); break;
            case ColumnKind.UInt32: row.Set(name, BitConverter.ToUInt32(bytes)); break;
            case ColumnKind.Int64: row.Set(name, BitConverter.ToInt64(bytes)); break;
            case ColumnKind.UInt64: row.Set(name, BitConverter.ToUInt64(bytes)); break;
            case ColumnKind.Float16: row.Set(name, BitConverter.ToHalf(bytes)); break;
            case ColumnKind.Float32: row.Set(name, BitConverter.ToSingle(bytes)); break;
            case ColumnKind.Float64: row.Set(name, BitConverter.ToDouble(bytes)); break;
            case ColumnKind.Text: row.Set(name, string.Concat(bytes.Select(b => new Rune(0x20 + b * 7)))); break;
            case ColumnKind.Bytes: row.SetBytes(name, bytes); break;
            case ColumnKind.VectorInt8: row.SetVector<sbyte>(name, [.. bytes.Select(b => (sbyte)b)]); break;
            case ColumnKind.VectorFloat16:
                row.SetVector<Half>(name, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Half>(bytes)); break;
            case ColumnKind.VectorFloat32:
                row.SetVector<float>(name, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes)); break;
            default: throw new InvalidOperationException($"The test does not know {column.Type}.");
        }
    }
}
