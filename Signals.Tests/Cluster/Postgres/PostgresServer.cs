using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Signals.Tests.Reliability;

namespace Signals.Tests.Cluster.Postgres;

/// <summary>
/// A PostgreSQL server for the membership of one drill, with a folder of its own and the tables that Orleans needs. Threads: one test.
/// </summary>
internal sealed class PostgresServer : IDisposable
{
    private const string User = "postgres"; // The server refuses to run as root; its package brings this user.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _folder;

    private PostgresServer(Process process, string folder, string connection) =>
        (_process, _folder, Connection) = (process, folder, connection);

    /// <summary>How to connect to it.</summary>
    public string Connection { get; }

    /// <summary>Starts one; skips the test with the reason when there is none on this machine.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        string programs = FindPrograms();
        string folder = Directory.CreateTempSubdirectory("signals-postgres-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", User, folder);
        }

        string data = Path.Combine(folder, "data");
        string[] made = AsUser(Path.Combine(programs, "initdb"), "-D", data, "-U", User, "-A", "trust", "-E", "UTF8", "--no-sync");
        await RunAsync(made[0], made[1..]);
        string port = FreePort().ToString(CultureInfo.InvariantCulture);
        Process process = Process.Start(InRoot(AsUser(
            Path.Combine(programs, "postgres"), "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=", "-c", "fsync=off")))!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        PostgresServer server = new(process, folder, $"Host=127.0.0.1;Port={port};Username={User};Database=postgres");
        await server.CreateTablesAsync();
        return server;
    }

    /// <summary>Ends it as an administrator does, without waiting for its clients.</summary>
    public void Dispose()
    {
        WatchedProcess.Run("kill", "-INT", _process.Id.ToString(CultureInfo.InvariantCulture));
        if (!_process.WaitForExit(Patience))
        {
            WatchedProcess.End(_process, withChildren: true);
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task CreateTablesAsync()
    {
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(Connection);
        long began = Environment.TickCount64;
        while (true)
        {
            try
            {
                await MembershipTables.CreateAsync(database);
                return;
            }
            catch (NpgsqlException error) when (error is not PostgresException { SqlState: not PostgresErrorCodes.CannotConnectNow })
            {
                // It does not listen yet, or says that it starts.
                if (_process.HasExited || Environment.TickCount64 - began > Patience.TotalMilliseconds)
                {
                    throw;
                }

                await Task.Delay(25);
            }
        }
    }

    // Debian keeps the programs of a server out of PATH, in a folder for each version.
    private static string FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        string[] folders =
        [
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
            .. Directory.Exists(Debian) ? Directory.GetDirectories(Debian).Order(StringComparer.Ordinal).Reverse() : [],
        ];
        string? found = folders.Select(folder => folder.StartsWith(Debian, StringComparison.Ordinal) ? Path.Combine(folder, "bin") : folder)
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
        if (found is null)
        {
            Assert.Ignore("The server of PostgreSQL (initdb and postgres), which keeps the membership of the drill, is not installed.");
        }

        bool hasUser = File.ReadLines("/etc/passwd").Any(line => line.StartsWith(User + ":", StringComparison.Ordinal));
        if (Environment.IsPrivilegedProcess && !hasUser)
        {
            Assert.Ignore($"PostgreSQL does not run as root, and there is no user '{User}'.");
        }

        return found!;
    }

    private static string[] AsUser(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? ["setpriv", $"--reuid={User}", $"--regid={User}", "--init-groups", program, .. arguments]
        : [program, .. arguments];

    // In a folder that every user may enter.
    private static ProcessStartInfo InRoot(string[] command) => new(command[0], command[1..])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = "/",
    };

    private static async Task RunAsync(string program, params string[] arguments)
    {
        (int code, string output, string errors) = await WatchedProcess.RunAsync(InRoot([program, .. arguments]));
        Assert.That(code, Is.Zero, $"{program} {string.Join(' ', arguments)}:\n{output}\n{errors}");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
