using Signals.Storage.Segments;

namespace Signals.Tests.Storage.Segments;

/// <summary>A temporary file belongs to one segment alone, whatever the segments are called.</summary>
[Category("Fast")]
internal sealed class TemporaryFilesTests
{
    [TestCase("day.seg.new.tmp")]
    [TestCase("day.seg.patches.tmp")]
    [TestCase("day.seg.run000001.tmp")]
    [TestCase("day.seg.part1234567.tmp")]
    [TestCase("day.seg.part000001.1.tmp")]
    [TestCase("day.seg.new.100.tmp")]
    public void IsOf_FileOfTheSegment_IsTrue(string name) => Assert.That(TemporaryFiles.IsOf("day.seg", name));

    [TestCase("day.seg")]
    [TestCase("day.seg.tmp")]
    [TestCase("day.seg..tmp")]
    [TestCase("day.seg.1.tmp")]
    [TestCase("day.seg.lock.tmp")]
    [TestCase("day.seg.part12.tmp")]
    [TestCase("day.seg.part0000001.tmp")]
    [TestCase("day.seg.part-00001.tmp")]
    [TestCase("day.seg.part000001.0.tmp")]
    [TestCase("day.seg.part000001.01.tmp")]
    [TestCase("day.seg.part000001.101.tmp")]
    [TestCase("day.seg.part000001.1.1.tmp")]
    [TestCase("day.seg.part000001.new.tmp")]
    [TestCase("day.seg.part000001.part000001.tmp")]
    [TestCase("day.seg.new.new.tmp")]
    [TestCase("day.seg.1.new.tmp")]
    [TestCase("day.seg.new.tmp.old")]
    [TestCase("today.seg.new.tmp")]
    [TestCase("day.segXnew.tmp")]
    public void IsOf_AnyOtherFile_IsFalse(string name) => Assert.That(TemporaryFiles.IsOf("day.seg", name), Is.False);

    /// <summary>Segments whose names are all that can be put after another one's.</summary>
    [Test]
    public void IsOf_FilesOfSegmentsWithLikeNames_AreOfOneEach()
    {
        string[] ends = ["new", "patches", "run000001", "part000001", "1"];
        string[] segments = [.. ends.SelectMany(end => ends.Select(last => $"a.{end}.{last}")), .. ends.Select(end => $"a.{end}"), "a"];
        HashSet<string> seen = [];
        foreach (string segment in segments)
        {
            string[] paths =
            [
                TemporaryFiles.PathOf(segment, TemporaryFiles.Whole), TemporaryFiles.PathOf(segment, TemporaryFiles.Patches),
                TemporaryFiles.PathOf(segment, TemporaryFiles.Run, 1), TemporaryFiles.PathOf(segment, TemporaryFiles.Part, 1),
            ];
            foreach (string path in paths.Concat(paths.Select(path => $"{path[..^4]}.1.tmp")))
            {
                Assert.That(seen.Add(path), path);
                Assert.That(segments.Where(other => TemporaryFiles.IsOf(other, path)), Is.EqualTo([segment]), path);
            }
        }
    }
}
