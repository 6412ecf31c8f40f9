using Azure.Core;
using Azure.Storage.Blobs;
using Signals.Checkpoints;
using Signals.Checkpoints.Azure;

namespace Signals.Tests.Checkpoints;

/// <summary>The target in Azure Blob Storage, against its emulator.</summary>
[Category("Azurite")]
internal sealed class AzureBlobTargetTests : TargetContract
{
    private Azurite _azurite = null!;
    private BlobContainerClient _container = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _azurite = await Azurite.StartOrIgnoreAsync();

    [OneTimeTearDown]
    public void Stop() => _azurite?.Dispose();

    [SetUp]
    public async Task SetUpAsync()
    {
        _container = await _azurite.CreateContainerAsync();
        Target = new AzureBlobTarget(_container, "clicks/partition-7");
    }

    [Test]
    public async Task Checkpoint_UploadedAndRestored_AnswersTheSame() => await CloudDrill.RunAsync(Target);

    [Test]
    public async Task Names_OfTwoPrefixes_DoNotMeet()
    {
        AzureBlobTarget other = new(_container, "clicks/partition-70");
        await Target.PutIfAbsentAsync("parts/a", Content(1));
        Assert.That(await other.FindAsync("parts/a"), Is.Null);
        Assert.That(await other.PutIfAbsentAsync("parts/a", Content(2)), Is.True);
        Assert.That(await ListAsync("parts/"), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Calls_ContainerThatIsGone_AreTargetErrors()
    {
        await _container.DeleteAsync();
        await RequireErrorsAsync();
    }

    [Test]
    public async Task Calls_NobodyListens_AreTargetErrors()
    {
        BlobClientOptions options = new() { Retry = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(1), Mode = RetryMode.Fixed } };
        Target = new AzureBlobTarget(new BlobContainerClient(new Uri("http://127.0.0.1:1/account/container"), options));
        await RequireErrorsAsync();
    }

    [TestCase("/")]
    [TestCase("a/")]
    [TestCase("a//b")]
    [TestCase("a b")]
    [TestCase("..")]
    [TestCase("a/../b")]
    [TestCase("a/.")]
    public void Prefix_OfAnotherForm_IsRefused(string prefix) =>
        Assert.That(() => new AzureBlobTarget(_container, prefix), Throws.ArgumentException);

    private async Task RequireErrorsAsync()
    {
        await Assert.ThatAsync(() => Target.PutIfAbsentAsync("parts/a", Content(1)), Throws.InstanceOf<CheckpointTargetException>());
        await Assert.ThatAsync(() => Target.TryOpenReadAsync("parts/a"), Throws.InstanceOf<CheckpointTargetException>());
        await Assert.ThatAsync(() => Target.ReadCurrentAsync(), Throws.InstanceOf<CheckpointTargetException>());
        await Assert.ThatAsync(() => ListAsync("parts/"), Throws.InstanceOf<CheckpointTargetException>());
    }
}
