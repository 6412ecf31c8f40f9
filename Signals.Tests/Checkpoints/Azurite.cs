using System.Diagnostics;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Signals.Tests.Reliability;

namespace Signals.Tests.Checkpoints;

/// <summary>
/// The emulator of Azure Blob Storage, in a process of its own and in memory. <c>SIGNALS_AZURITE</c> names its program
/// <c>azurite-blob</c>; without it the search path is tried. Threads: any. Lifetime: one fixture.
/// </summary>
internal sealed partial class Azurite : IDisposable
{
    // The account and key that the emulator is known for; they are no secret.
    private const string Account =
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey="
        + "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _endpoint;

    private Azurite(Process process, string endpoint)
    {
        _process = process;
        _endpoint = endpoint;
    }

    /// <summary>Starts it, or ignores the test with the reason.</summary>
    public static async Task<Azurite> StartOrIgnoreAsync()
    {
        string program = Environment.GetEnvironmentVariable("SIGNALS_AZURITE") is { Length: > 0 } named ? named : "azurite-blob";
        ProcessStartInfo start = new(program, ["--inMemoryPersistence", "--blobPort", "0", "--skipApiVersionCheck"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Assert.Ignore($"Azurite cannot be started ({program}: {e.Message}). Install it with npm and set SIGNALS_AZURITE.");
            throw;
        }

        using CancellationTokenSource patience = new(Patience);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (Listening().Match(line) is { Success: true } said)
            {
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return new Azurite(process, said.Groups[1].Value);
            }
        }

        Assert.Ignore($"Azurite does not run here: {await errors.WaitAsync(patience.Token)}");
        throw new InvalidOperationException();
    }

    /// <summary>A new, empty container.</summary>
    public async Task<BlobContainerClient> CreateContainerAsync()
    {
        BlobContainerClient container = new($"{Account}{_endpoint}/devstoreaccount1;", $"c{Guid.NewGuid():N}");
        await container.CreateAsync();
        return container;
    }

    public void Dispose()
    {
        WatchedProcess.End(_process, withChildren: true);
        _process.Dispose();
    }

    [GeneratedRegex(@"listen\w* (?:on|at) (http://[\w.:]+\d)")]
    private static partial Regex Listening();
}
