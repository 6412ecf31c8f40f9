using ParquetSharp;
using ParquetSharp.Schema;
using Signals.Offline;
using Signals.Parquet;
using Signals.Parquet.Reading;
using Signals.Parquet.Reading.Conversions;

namespace Signals.Tests.Parquet;

/// <summary>Files that others wrote, in their own layouts.</summary>
[Category("Fast")]
internal sealed class ForeignParquetTests
{
    private const string Day = "TIMESTAMP '2026-03-01 12:00:00'";

    private LakeFolder _folder = null!;
    private Duck _duck = null!;

    [SetUp]
    public void Begin() => (_folder, _duck) = (new LakeFolder(), new Duck());

    [TearDown]
    public void End()
    {
        _duck.Dispose();
        _folder.Dispose();
    }

    [TestCase("7::UBIGINT", ParquetUserKind.Automatic, "7")]
    [TestCase("7::INTEGER", ParquetUserKind.Automatic, "7")]
    [TestCase("18446744073709551615::DECIMAL(20,0)", ParquetUserKind.Automatic, "18446744073709551615")]
    [TestCase("'00000000-0000-0001-0000-000000000002'::UUID", ParquetUserKind.Automatic, "00000000000000010000000000000002")]
    [TestCase("'00000000-0000-0001-0000-000000000002'", ParquetUserKind.GuidText, "00000000000000010000000000000002")]
    [TestCase("'00000000000000010000000000000002'", ParquetUserKind.CanonicalText, "00000000000000010000000000000002")]
    [TestCase("'7'", ParquetUserKind.CanonicalText, "7")]
    [TestCase("unhex('00000000000000010000000000000002')", ParquetUserKind.Bits, "00000000000000010000000000000002")]
    public async Task Users_OfEachKind_AreTaken(string user, ParquetUserKind kind, string expected)
    {
        Write($"SELECT {user} AS who, {Day} AS time, 1 AS id, 2.5 AS price");
        SignalStore store = await ImportAsync(Prices, Options("who", kind));
        await using (store)
        {
            Assert.That(LakeDump.Of(store), Is.EqualTo(new[] { $"sale {expected} {LakeSamples.NoonMs} 1 price=00002040" }));
        }
    }

    [Test]
    public async Task Users_ByName_AreHashed()
    {
        Write($"SELECT 'ann' AS who, {Day} AS time, 1 AS id, 2.5 AS price");
        await using SignalStore store = await ImportAsync(Prices, Options("who", ParquetUserKind.Name));
        Assert.That(store.GetUsers("sale"), Is.EqualTo(new[] { UserId.From("ann") }));
    }

    [TestCase("TIMESTAMP_S '2026-03-01 12:00:00'", ParquetTimeUnit.Automatic)]
    [TestCase("TIMESTAMP_MS '2026-03-01 12:00:00'", ParquetTimeUnit.Automatic)]
    [TestCase("TIMESTAMP_NS '2026-03-01 12:00:00.000999999'", ParquetTimeUnit.Automatic)]
    [TestCase("TIMESTAMPTZ '2026-03-01 12:00:00+00'", ParquetTimeUnit.Automatic)]
    [TestCase("1772366400::BIGINT", ParquetTimeUnit.Seconds)]
    [TestCase("1772366400::INTEGER", ParquetTimeUnit.Seconds)]
    [TestCase("1772366400000::BIGINT", ParquetTimeUnit.Milliseconds)]
    [TestCase("1772366400000999::UBIGINT", ParquetTimeUnit.Microseconds)]
    public async Task Times_OfEachUnit_BecomeMilliseconds(string time, ParquetTimeUnit unit)
    {
        Write($"SELECT 7 AS user, {time} AS time, 1 AS id, 2.5 AS price");
        await using SignalStore store = await ImportAsync(Prices, Options("user", ParquetUserKind.Automatic, unit));
        Assert.That(LakeDump.Of(store), Is.EqualTo(new[] { $"sale 7 {LakeSamples.NoonMs} 1 price=00002040" }));
    }

    [Test]
    public async Task Times_OfDates_AreMidnight()
    {
        Write("SELECT 7 AS user, DATE '2026-03-01' AS time, 1 AS id, 2.5 AS price");
        await using SignalStore store = await ImportAsync(Prices, Options("user", ParquetUserKind.Automatic));
        Assert.That(LakeDump.Of(store), Is.EqualTo(new[] { $"sale 7 {LakeSamples.NoonMs - LakeSamples.DayMs / 2} 1 price=00002040" }));
    }

    [TestCase(1_772_366_400_123_456_789, 1_772_366_400_123)]
    [TestCase(631_151_999_999_999_999, 631_151_999_999)]
    public async Task Times_OfInt96_AreTakenAsSparkWritesThem(long nanoseconds, long expectedMs)
    {
        WriteInt96(nanoseconds);
        await using SignalStore store = await ImportAsync(Prices, Options("user", ParquetUserKind.Automatic));
        Assert.That(LakeDump.Of(store), Is.EqualTo(new[] { $"sale 7 {expectedMs} 1 price=00002040" }));
    }

    [TestCase(LeafTime.Nanoseconds, -1, -1)]
    [TestCase(LeafTime.Nanoseconds, -1_000_001, -2)]
    [TestCase(LeafTime.Nanoseconds, long.MinValue, -9_223_372_036_855)]
    [TestCase(LeafTime.Microseconds, -1001, -2)]
    [TestCase(LeafTime.Seconds, -1, -1000)]
    [TestCase(LeafTime.Days, 1, LakeSamples.DayMs)]
    public void TryConvert_TimesBefore1970_AreCutOffTowardsThePast(object unit, long stored, long expectedMs)
    {
        Assert.That(new TimeMilliseconds((LeafTime)unit).TryConvert(stored, out long value), Is.True);
        Assert.That(value, Is.EqualTo(expectedMs));
    }

    [TestCase(LeafTime.Seconds)]
    [TestCase(LeafTime.Days)]
    public void TryConvert_TimesThatDoNotFit_AreRefused(object unit) =>
        Assert.That(new TimeMilliseconds((LeafTime)unit).TryConvert(long.MaxValue, out _), Is.False);

    [TestCase("2.5::FLOAT")]
    [TestCase("2.5::DOUBLE")]
    [TestCase("2.5::DECIMAL(4,1)")]
    [TestCase("2.5::DECIMAL(15,3)")]
    [TestCase("2.5::DECIMAL(38,10)")]
    public async Task Floats_FromEveryNumber_AreTaken(string price)
    {
        Write($"SELECT 7 AS user, {Day} AS time, 1 AS id, {price} AS price");
        await using SignalStore store = await ImportAsync(Prices, Options("user", ParquetUserKind.Automatic));
        Assert.That(LakeDump.Of(store), Is.EqualTo(new[] { $"sale 7 {LakeSamples.NoonMs} 1 price=00002040" }));
    }

    [Test]
    public async Task Columns_InStructsListsAndPaths_AreFoundByTheirPath()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("sale", t => t
            .Field<double>("price").Text("title").Vector<float>("vector", 3).Vector<sbyte>("codes", 2).Text("country").Field<int>("shop")
            .Field<long>("seen")));
        Directory.CreateDirectory(_folder["in/country=NL/shop=5"]);
        _duck.Run($"COPY (SELECT 7 AS user, {Day} AS time, 'abc' AS event, {{'price': 2.5, 'name': {{'en': 'kettle'}}}} AS item, "
            + $"[1.5, 2.5, 3.5] AS vector, [1::TINYINT, -2::TINYINT] AS codes, {Day} AS seen) "
            + $"TO '{_folder["in/country=NL/shop=5/a.parquet"]}' (FORMAT parquet)");
        await using SignalStore store = await ImportAsync(schema, Options("user", ParquetUserKind.Automatic) with
        {
            IdColumn = "event",
            Columns = new Dictionary<string, string> { ["price"] = "item.price", ["title"] = "item.name.en" },
        });
        ulong id = System.IO.Hashing.XxHash64.HashToUInt64("abc"u8);
        using Sequence row = store.Read(UserId.From(7), store.Query("sale").Last(9).Build());
        Assert.That(row.Ids.ToArray(), Is.EqualTo(new[] { id }));
        Assert.That(row.Field<double>("price")[0], Is.EqualTo(2.5));
        Assert.That(row.Text("title", 0), Is.EqualTo("kettle"));
        Assert.That(row.Vector<float>("vector").ToArray(), Is.EqualTo(new[] { 1.5f, 2.5f, 3.5f }));
        Assert.That(row.Vector<sbyte>("codes").ToArray(), Is.EqualTo(new sbyte[] { 1, -2 }));
        Assert.That(row.Text("country", 0), Is.EqualTo("NL"));
        Assert.That(row.Field<int>("shop")[0], Is.EqualTo(5));
        Assert.That(row.Field<long>("seen")[0], Is.EqualTo(LakeSamples.NoonMs));
    }

    [Test]
    public async Task Rows_ThatCannotBeTaken_AreCountedWithTheirPlace()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("sale", t => t.Field<sbyte>("price").Vector<float>("vector", 2)));
        Write($"SELECT * FROM (VALUES (1, {Day}, 10, 5, [1.5, 2.5]), (NULL, {Day}, 11, 5, NULL), (2, NULL, 12, 5, NULL), "
            + $"(3, {Day}, NULL, 5, NULL), (4, {Day}, 14, 300, NULL), (5, {Day}, 15, NULL, [1.5]), (6, {Day}, 16, NULL, [1.5, NULL]), "
            + $"(7, {Day}, 17, NULL, []), (0, {Day}, 18, NULL, NULL), (-1, {Day}, 19, NULL, NULL), (8, {Day}, 20, NULL, NULL)) "
            + "t(user, time, id, price, vector)");
        await using SignalStore store = SignalStore.Open(_folder["store"], schema);
        ParquetImportResult result = await ParquetImporter.ImportAsync(
            store, Options("user", ParquetUserKind.Automatic).With(_folder["in"], mostRejects: 9));
        Assert.That(store.GetUsers("sale"), Is.EquivalentTo(new[] { UserId.From(1), UserId.From(8) }));
        Assert.That((result.Rows, result.RejectedRows), Is.EqualTo((11, 9)));
        Assert.That(result.Rejects.Select(reject => reject.Row), Is.EqualTo(Enumerable.Range(1, 9)));
        Assert.That(string.Join('\n', result.Rejects.Select(reject => reject.Reason)), Is.EqualTo("""
            column 'user' is null.
            column 'time' is null.
            column 'id' is null.
            column 'price' is out of the range of SByte.
            column 'vector.list.element' is a list of 1 elements; wanted are 2.
            column 'vector.list.element' has an element that is null, or that is out of the range of Single.
            column 'vector.list.element' is a list of 0 elements; wanted are 2.
            column 'user' is no number from 1 to 2^64 - 1.
            column 'user' is no number from 1 to 2^64 - 1.
            """));
        Assert.That(
            async () => await ParquetImporter.ImportAsync(
                store, Options("user", ParquetUserKind.Automatic).With(_folder["in"], mostRejects: 8)),
            Throws.TypeOf<ParquetRejectedException>().With.Message.Contains("row 9").And.Message.Contains("row group 0"));
    }

    [TestCase("'x' AS price", "price", "ByteArray (String)", "a number")]
    [TestCase("[1.5] AS price", "price.list.element", "a list of", "a number")]
    [TestCase("INTERVAL 1 DAY AS price", "price", "Interval", "a number")]
    [TestCase("TRUE AS price", "price", "Boolean", "a number")]
    [TestCase("1 AS other", "*", "user, time, id, other", "at least one column of 'sale' (price)")]
    [TestCase("{'a': 1, 'b': 2} AS price", "price", "a group of 2 columns", "'price.a'")]
    public async Task Columns_OfAnotherKind_AreRefusedNamingBothSides(string column, string path, string found, string wanted)
    {
        Write($"SELECT 7 AS user, {Day} AS time, 1 AS id, {column}");
        ParquetMismatchException error = (await Assert.ThrowsAsync<ParquetMismatchException>(
            async () => await ImportAsync(Prices, Options("user", ParquetUserKind.Automatic))))!;
        Assert.That(error.File, Is.EqualTo(_folder["in/a.parquet"]));
        Assert.That(error.Column, Is.EqualTo(path));
        Assert.That(error.Found, Does.Contain(found));
        Assert.That(error.Wanted, Does.Contain(wanted));
    }

    [Test]
    public void Users_OfTextWithoutAMeaning_AreRefused()
    {
        Write($"SELECT '7' AS user, {Day} AS time, 1 AS id, 1 AS price");
        Assert.That(
            async () => await ImportAsync(Prices, Options("user", ParquetUserKind.Automatic)),
            Throws.TypeOf<ParquetMismatchException>().With.Message.Contains("UserKind"));
    }

    [Test]
    public async Task Corrections_Retractions_AndNulls_SayWhatTheyShould()
    {
        Write($"SELECT x AS user, {Day} AS time, 1 AS id, x AS price FROM range(1, 6) t(x)");
        await using SignalStore store = await ImportAsync(Prices, Options("user", ParquetUserKind.Automatic));
        Write($"SELECT * FROM (VALUES (1, {Day}, 1, 9.5), (2, {Day}, 1, NULL), (9, {Day}, 1, 5)) t(user, time, id, price)");
        ParquetImportOptions corrections = Options("user", ParquetUserKind.Automatic).With(
            _folder["in"], rows: ParquetRowMeaning.Corrections, generation: 2);
        ParquetImportResult corrected = await ParquetImporter.ImportAsync(store, corrections);
        Assert.That((corrected.Rows, corrected.EmptyRows), Is.EqualTo((3, 1)));
        Write($"SELECT 3 AS user, {Day} AS time, 1 AS id");
        await ParquetImporter.ImportAsync(store, Options("user", ParquetUserKind.Automatic).With(
            _folder["in"], rows: ParquetRowMeaning.Retractions, generation: 3));
        Write($"SELECT 4 AS user, {Day} AS time, 1 AS id, NULL::DOUBLE AS price");
        await ParquetImporter.ImportAsync(store, Options("user", ParquetUserKind.Automatic).With(
            _folder["in"], rows: ParquetRowMeaning.Corrections, generation: 4, nulls: ColumnState.Null));
        Assert.That(LakeDump.Of(store), Is.EqualTo(new[]
        {
            $"sale 1 {LakeSamples.NoonMs} 1 price=00001841", $"sale 2 {LakeSamples.NoonMs} 1 price=00000040",
            $"sale 4 {LakeSamples.NoonMs} 1 price:Null", $"sale 5 {LakeSamples.NoonMs} 1 price=0000A040",
        }));
    }

    [Test]
    public async Task Columns_TheFileHasBothNamesOfAColumn_MustBeToldWhich()
    {
        Write($"SELECT 7 AS user, {Day} AS time, 1 AS id, 2.5 AS price, 9.5 AS cost");
        ForeignOptions options = Options("user", ParquetUserKind.Automatic);
        Assert.That(
            () => ImportAsync(Renamed, options),
            Throws.TypeOf<ParquetMismatchException>().With.Message.Contains("'cost'").And.Message.Contains("'sale.price'"));
        await using SignalStore store = await ImportAsync(Renamed, options with { Columns = Of("price", "cost") });
        Assert.That(LakeDump.Of(store), Is.EqualTo(new[] { $"sale 7 {LakeSamples.NoonMs} 1 price=00001841" }));
    }

    [Test]
    public async Task Columns_NamedByAFormerName_AreTaken()
    {
        Write($"SELECT 7 AS user, {Day} AS time, 1 AS id, 2.5 AS amount");
        ForeignOptions options = Options("user", ParquetUserKind.Automatic) with { Columns = Of("cost", "amount") };
        await using (SignalStore store = await ImportAsync(Renamed, options))
        {
            Assert.That(LakeDump.Of(store), Is.EqualTo(new[] { $"sale 7 {LakeSamples.NoonMs} 1 price=00002040" }));
        }

        Dictionary<string, string> twice = new() { ["price"] = "amount", ["cost"] = "amount" };
        Assert.That(
            () => ImportAsync(Renamed, options with { Columns = twice }),
            Throws.ArgumentException.With.Message.Contains("'price' and 'cost'"));
    }

    [Test]
    public void Columns_NamesADroppedOne_SaysSo()
    {
        SignalStore.Open(_folder["store"], StoreSchema.Define(s => s.EventType("sale", t => t.Field<float>("price").Field<int>("gone"))))
            .Dispose();
        StoreSchema without = StoreSchema.Define(s => s.EventType("sale", t => t.Field<float>("price").Dropped("gone")));
        ForeignOptions options = Options("user", ParquetUserKind.Automatic) with { Columns = Of("gone", "amount") };
        Assert.That(
            () => ImportAsync(without, options),
            Throws.ArgumentException.With.Message.Contains("'gone', which 'sale' dropped; it has: price."));
    }

    private static StoreSchema Renamed =>
        StoreSchema.Define(s => s.EventType("sale", t => t.Field<float>("price").RenamedFrom("cost")));

    private static Dictionary<string, string> Of(string column, string source) => new() { [column] = source };

    private static StoreSchema Prices => StoreSchema.Define(s => s.EventType("sale", t => t.Field<float>("price")));

    private static ForeignOptions Options(string user, ParquetUserKind kind, ParquetTimeUnit unit = default) => new(user, kind, unit);

    private void Write(string select)
    {
        Directory.CreateDirectory(_folder["in"]);
        _duck.Run($"COPY ({select}) TO '{_folder["in/a.parquet"]}' (FORMAT parquet)");
    }

    private async Task<SignalStore> ImportAsync(StoreSchema schema, ForeignOptions options)
    {
        SignalStore store = SignalStore.Open(_folder["store"], schema);
        try
        {
            await ParquetImporter.ImportAsync(store, options.With(_folder["in"]));
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    private void WriteInt96(long nanoseconds)
    {
        const long DayNs = 86_400_000_000_000;
        long day = Math.DivRem(nanoseconds, DayNs, out long rest);
        (day, rest) = rest < 0 ? (day - 1, rest + DayNs) : (day, rest);
        Directory.CreateDirectory(_folder["in"]);
        using PrimitiveNode user = new("user", Repetition.Required, LogicalType.None(), PhysicalType.Int64);
        using PrimitiveNode time = new("time", Repetition.Optional, LogicalType.None(), PhysicalType.Int96);
        using PrimitiveNode id = new("id", Repetition.Optional, LogicalType.None(), PhysicalType.Int32);
        using PrimitiveNode price = new("price", Repetition.Optional, LogicalType.None(), PhysicalType.Float);
        using GroupNode schema = new("spark_schema", Repetition.Required, [user, time, id, price]);
        using WriterPropertiesBuilder builder = new();
        using WriterProperties properties = builder.Compression(Compression.Snappy).Build();
        using ParquetFileWriter writer = new(_folder["in/a.parquet"], schema, properties);
        using RowGroupWriter group = writer.AppendRowGroup();
        ((ColumnWriter<long>)group.NextColumn()).WriteBatch([7L]);
        ((ColumnWriter<Int96>)group.NextColumn()).WriteBatch(
            1, [1], default, [new Int96((int)rest, (int)(rest >> 32), (int)(day + 2_440_588))]);
        ((ColumnWriter<int>)group.NextColumn()).WriteBatch(1, [1], default, [1]);
        ((ColumnWriter<float>)group.NextColumn()).WriteBatch(1, [1], default, [2.5f]);
        writer.Close();
    }

    /// <summary>The settings that tests change.</summary>
    private sealed record ForeignOptions(string User, ParquetUserKind Kind, ParquetTimeUnit Unit)
    {
        public string? IdColumn { get; init; } = "id";

        public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

        public ParquetImportOptions With(
            string path, long mostRejects = 0, ParquetRowMeaning rows = default, long generation = 1, ColumnState nulls = default) => new()
            {
                Path = path,
                EventType = "sale",
                Segment = new SegmentOptions { Generation = generation },
                UserColumn = User,
                UserKind = Kind,
                TimeUnit = Unit,
                IdColumn = IdColumn,
                Columns = Columns,
                MostRejects = mostRejects,
                Rows = rows,
                NullCells = nulls,
            };
    }
}
