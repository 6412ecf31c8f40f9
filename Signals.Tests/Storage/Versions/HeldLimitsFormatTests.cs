using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Versions;

/// <summary>Pins the bytes of tags 15 and 129 of a version edit (docs/formats/manifest.md).</summary>
[Category("Fast")]
internal sealed class HeldLimitsFormatTests
{
    private const string Held = "810F" + "9294" + "03CD03E8CE05265C0064" + "9404CE7FFFFFFFC0CCC8";
    private const string Clock = "81CC81C418" + "0A00000000000000" + "1400000000000000" + "1E00000000000000";
    private const string SteadyClock = "81CC81C418" + "0A00000000000000" + "0000000000000080" + "0000000000000000";

    [Test]
    public void Write_HeldLimits_GivesTheGoldenBytesAndReadsThem()
    {
        HeldLimit[] limits = [new(3, 1000, 86_400_000, 100), new(4, int.MaxValue, null, 200)];
        Assert.That(Convert.ToHexString(VersionEditFormat.Write(new VersionEdit { HeldLimits = limits })), Is.EqualTo(Held));
        Assert.That(VersionEditFormat.Read(Convert.FromHexString(Held)).HeldLimits, Is.EqualTo(limits));
        ManifestState state = ManifestState.Replay([new VersionEdit { HeldLimits = limits }, new VersionEdit()]);
        Assert.That(ManifestState.Replay(state.Snapshot()).HeldLimits, Is.EqualTo(limits), "a snapshot keeps it");
        ManifestState released = ManifestState.Replay([new VersionEdit { HeldLimits = limits }, new VersionEdit { HeldLimits = [] }]);
        Assert.That(released.Snapshot().First().HeldLimits, Is.Null, "then an earlier version can read the manifest again");
    }

    [Test]
    public void Write_Clock_GivesTheGoldenBytesAndReadsThem()
    {
        (ClockReading, string)[] pairs = [(new(10, 20, 30), Clock), (ClockReading.At(10), SteadyClock)];
        foreach ((ClockReading clock, string golden) in pairs)
        {
            Assert.That(Convert.ToHexString(VersionEditFormat.Write(new VersionEdit { Clock = clock })), Is.EqualTo(golden));
            Assert.That(VersionEditFormat.Read(Convert.FromHexString(golden)).Clock, Is.EqualTo(clock));
            ManifestState state = ManifestState.Replay([new VersionEdit { Clock = clock }]);
            Assert.That(ManifestState.Replay(state.Snapshot()).Clock, Is.EqualTo(clock));
        }
    }

    [TestCase("810F" + "9193" + "030101", TestName = "Read_HeldLimitWithAFieldMissing_IsRefused")]
    [TestCase("810F" + "9194" + "0300C064", TestName = "Read_HeldLimitOfNoEvents_IsRefused")]
    [TestCase("810F" + "9194" + "03010064", TestName = "Read_HeldLimitOfNoTime_IsRefused")]
    [TestCase("810F" + "9194" + "0301CF7FFFFFFFFFFFFFFF64", TestName = "Read_HeldLimitOfEndlessTime_IsRefused")]
    [TestCase("81CC81C40101", TestName = "Read_ClockTooShort_IsRefused")]
    [TestCase("81CC81C0", TestName = "Read_ClockNil_IsRefused")]
    [TestCase("81CC81C418" + "FFFFFFFFFFFFFF7F" + "0000000000000080" + "0000000000000000", TestName = "Read_ClockOfNoTime_IsRefused")]
    public void Read_ImpossibleValues_IsRefused(string hex) =>
        Assert.That(() => VersionEditFormat.Read(Convert.FromHexString(hex)), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void Read_ClockOfALaterVersion_TakesWhatItKnows() =>
        Assert.That(
            VersionEditFormat.Read(Convert.FromHexString(Clock.Replace("C418", "C41A", StringComparison.Ordinal) + "0102")).Clock,
            Is.EqualTo(new ClockReading(10, 20, 30)));
}
