using Signals.Parquet;
using Signals.Serving;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;
using Signals.Training;

namespace Signals.Tests.Parquet;

/// <summary>Labels, moments and requests of files that another program wrote.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TrainingInputTests : IDisposable
{
    private readonly LakeFolder _folder = new();
    private readonly Duck _duck = new();

    public void Dispose()
    {
        _duck.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void ReadLabels_OfAFolder_GivesEachRowInTheOrderOfFiles()
    {
        Directory.CreateDirectory(_folder["labels"]);
        Copy("SELECT 'r' || i AS request_id, i / 2.0 AS label, CASE WHEN i % 2 = 0 THEN to_timestamp(i) END AS time FROM range(3) t(i)",
            "labels/a.parquet");
        Copy("SELECT 'x' AS request_id, 3 AS label", "labels/b.parquet");
        Assert.That(ParquetTrainingInputs.ReadLabels(_folder["labels"]), Is.EqualTo(new TrainingLabel[]
        {
            new("r0", 0, 0), new("r1", 0.5), new("r2", 1, 2000), new("x", 3),
        }));
    }

    [TestCase("'abc'", "abc")]
    [TestCase("17::UBIGINT", "17")]
    [TestCase("-5", "-5")]
    [TestCase("'01020304-0506-0708-090a-0b0c0d0e0f10'::UUID", "01020304-0506-0708-090a-0b0c0d0e0f10")]
    public void ReadLabels_RequestOfAnyKind_IsItsText(string sql, string expected)
    {
        string file = Copy($"SELECT {sql} AS request_id, true AS label", "labels.parquet");
        Assert.That(ParquetTrainingInputs.ReadLabels(file).Single(), Is.EqualTo(new TrainingLabel(expected, 1)));
    }

    [TestCase("'r' AS request_id, CASE WHEN i = 0 THEN 1.5::DOUBLE END AS label", "'label'", "row 1")]
    [TestCase("CASE WHEN i = 0 THEN 'r' END AS request_id, 1 AS label", "'request_id'", "row 1")]
    [TestCase("'r' AS request_id, 'click' AS label", "'label'", "a number or a Boolean")]
    [TestCase("'r' AS request_id, 1 AS weight", "'label'", "LabelColumn")]
    [TestCase("'\\xFF'::BLOB AS request_id, 1 AS label", "'request_id'", "not UTF-8")]
    [TestCase("[1] AS request_id, 1 AS label", "'request_id.list.element'", "a request id")]
    [TestCase("'r' AS request_id, 1 AS label, 'noon' AS time", "'time'", "timestamp")]
    public void ReadLabels_WhatDoesNotFit_NamesFileColumnAndPlace(string columns, string column, string place)
    {
        string file = Copy($"SELECT {columns} FROM range(2) t(i)", "bad.parquet");
        Assert.That(
            () => ParquetTrainingInputs.ReadLabels(file).ToArray(),
            Throws.TypeOf<ParquetMismatchException>().With.Message.Contains("bad.parquet").And.Message.Contains(column)
                .And.Message.Contains(place));
    }

    [Test]
    public void ReadMoments_OfAnyUserAndTime_GivesWhoAndWhen()
    {
        string numbers = Copy("SELECT i + 1 AS user, 1000 + i AS time FROM range(2) t(i)", "numbers.parquet");
        Assert.That(ParquetTrainingInputs.ReadMoments(numbers), Is.EqualTo(new TrainingMoment[]
        {
            new("", UserId.From(1UL), 1000), new("", UserId.From(2UL), 1001),
        }));
        string names = Copy("SELECT 'alice' AS who, 5 AS moment, 'm' AS request_id, 0.5 AS label", "names.parquet");
        ParquetTrainingInputOptions options = new()
        {
            UserColumn = "who",
            UserKind = ParquetUserKind.Name,
            TimeColumn = "moment",
            TimeUnit = ParquetTimeUnit.Seconds,
        };
        Assert.That(
            ParquetTrainingInputs.ReadMoments(names, options).Single(),
            Is.EqualTo(new TrainingMoment("m", UserId.From("alice"), 5000, 0.5)));
        Assert.That(
            () => ParquetTrainingInputs.ReadMoments(names, options with { UserKind = ParquetUserKind.Automatic }),
            Throws.TypeOf<ParquetMismatchException>().With.Message.Contains("UserKind"));
        string none = Copy("SELECT 1 AS user, NULL::BIGINT AS time", "none.parquet");
        Assert.That(
            () => ParquetTrainingInputs.ReadMoments(none),
            Throws.TypeOf<ParquetMismatchException>().With.Message.Contains("'time' is null in row group 0, row 0"));
    }

    [Test]
    public void ReadRequests_ReceiptAsBytesHexOrBase64_IsTheReceipt()
    {
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start + 3_600_000));
        PastStores.Append(store, 1, 1);
        byte[] bytes = new byte[SequenceReceipt.Bytes];
        using (ServedSequence served = store.Read(UserId.From(1UL), PastStores.Name, new ReadOptions { WithReceipt = true }))
        {
            Assert.That(served.Receipt.TryWrite(bytes), Is.True);
        }

        string hex = Convert.ToHexString(bytes);
        string file = Copy(
            $"SELECT 'a' AS request_id, unhex('{hex}') AS receipt UNION ALL SELECT 'b', '{hex}'::BLOB "
            + $"UNION ALL SELECT 'c', '{Convert.ToBase64String(bytes)}'::BLOB ORDER BY 1",
            "requests.parquet");
        Assert.That(SequenceReceipt.TryRead(bytes, out SequenceReceipt expected), Is.True);
        Assert.That(ParquetTrainingInputs.ReadRequests(file), Is.EqualTo(new LoggedRequest[]
        {
            new("a", expected), new("b", expected), new("c", expected),
        }));
        string bad = Copy("SELECT 'a' AS request_id, 'x' AS receipt", "bad.parquet");
        Assert.That(
            () => ParquetTrainingInputs.ReadRequests(bad),
            Throws.TypeOf<ParquetMismatchException>().With.Message.Contains("no receipt").And.Message.Contains("row 0"));
    }

    [Test]
    public void ReadMoments_FromNowhere_IsNotFound() =>
        Assert.That(() => ParquetTrainingInputs.ReadMoments(_folder["nowhere"]), Throws.TypeOf<FileNotFoundException>());

    private string Copy(string sql, string file)
    {
        _duck.Run($"COPY ({sql}) TO '{_folder[file]}' (FORMAT parquet)");
        return _folder[file];
    }
}
