// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"text/template"

	"code.gitea.io/sdk/gitea"
)

// Accounts of the Git server.
const (
	gitPlanner  = "planner"  // a person, who commits, merges and administers
	gitOperator = "strowger" // may push to every repository
	gitReader   = "reader"   // may only fetch

	gitPlannerName = "Paula Planner"
)

// giteaConfig leaves out what no test looks at: indexers, mail, packages, actions, large files, SSH, and the periodic
// work that begins with the start. Its templates and options are those in the folder of its Go module.
var giteaConfig = template.Must(template.New("app.ini").Parse(`APP_NAME = Strowger's stack
RUN_MODE = prod
WORK_PATH = {{.Dir}}

[server]
HTTP_ADDR = {{.Host}}
HTTP_PORT = {{.Port}}
ROOT_URL = {{.URL}}/
STATIC_ROOT_PATH = {{.Static}}
APP_DATA_PATH = {{.Dir}}/data
DISABLE_SSH = true
OFFLINE_MODE = true
LFS_START_SERVER = false

[database]
DB_TYPE = sqlite3
PATH = {{.Dir}}/gitea.db
SQLITE_JOURNAL_MODE = WAL
LOG_SQL = false

[repository]
ROOT = {{.Dir}}/repositories
DEFAULT_BRANCH = main

[repository.pull-request]
WORK_IN_PROGRESS_PREFIXES = WIP:

[security]
INSTALL_LOCK = true
SECRET_KEY = {{.SecretKey}}
PASSWORD_HASH_ALGO = pbkdf2$1000$50
DISABLE_GIT_HOOKS = true

[oauth2]
ENABLED = false

[service]
DISABLE_REGISTRATION = true
REQUIRE_SIGNIN_VIEW = false
AUTO_WATCH_NEW_REPOS = false
ENABLE_NOTIFY_MAIL = false

[log]
MODE = console
LEVEL = Warn
logger.access.MODE =
logger.router.MODE =

[indexer]
ISSUE_INDEXER_TYPE = db
REPO_INDEXER_ENABLED = false

[queue]
TYPE = channel

[session]
PROVIDER = memory

[webhook]
ALLOWED_HOST_LIST = loopback

[mailer]
ENABLED = false

[packages]
ENABLED = false

[actions]
ENABLED = false

[lfs]
ENABLED = false

[metrics]
ENABLED = false

[mirror]
ENABLED = false

[i18n]
LANGS = en-US
NAMES = English
{{range .Cron}}
[cron.{{.}}]
ENABLED = false
{{end}}`))

// giteaCron is the periodic work that is on by default.
var giteaCron = []string{
	"update_mirrors", "repo_health_check", "check_repo_stats", "archive_cleanup", "sync_external_users",
	"deleted_branches_cleanup", "update_migration_poster_id", "cleanup_hook_task_table", "cleanup_packages",
	"update_checker",
}

// StartGit runs the Git server alone, without a control plane. It ends with stop.
func StartGit(ctx context.Context, opts Options) (g *GitServer, stop func(), err error) {
	env, err := newEnvironment(opts)
	if err != nil {
		return nil, nil, err
	}
	s := &Stack{}
	if s.Tools, err = Tools(ctx, env.root, env.supervisor.log, ToolGitea); err == nil {
		var start starter
		if start, err = env.addGit(s, opts); err == nil {
			err = start(ctx)
		}
	}
	if err != nil {
		env.supervisor.stop()
		return nil, nil, err
	}
	return s.Git, env.supervisor.stop, nil
}

// addGit prepares Gitea on an empty folder. The folder is not below the stack's, which only its owner may search: Git
// asks whether it may read its files (access(2)), and the answer knows nothing of capabilities.
func (e *environment) addGit(s *Stack, _ Options) (starter, error) {
	dir, err := os.MkdirTemp("", "strowger-git-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the Git server: %w", err)
	}
	e.supervisor.cleanup(func() { _ = os.RemoveAll(dir) })
	if err := giveToNobody(dir); err != nil {
		return nil, err
	}
	addrs, err := freeAddrs(1)
	if err != nil {
		return nil, err
	}
	g := &GitServer{
		URL:      "http://" + addrs[0],
		Username: gitOperator, Password: rand.Text(),
		ReadOnlyUsername: gitReader, ReadOnlyPassword: rand.Text(),
		PlannerUsername: gitPlanner, PlannerPassword: rand.Text(),
		dir: dir,
	}
	g.Service = e.supervisor.add(&Service{
		name:     "gitea",
		path:     s.Tools[ToolGitea],
		args:     []string{"web", "--config", g.config()},
		env:      g.env(),
		dir:      dir,
		asNobody: true,
		ready:    httpReady(http.DefaultClient, g.URL+"/api/healthz", nil),
	})
	s.Git = g
	return func(ctx context.Context) error {
		if err := g.configure(ctx, e.root, addrs[0]); err != nil {
			return err
		}
		if err := g.Start(ctx); err != nil {
			return err
		}
		return g.createAccounts(ctx)
	}, nil
}

func (g *GitServer) config() string { return filepath.Join(g.dir, "app.ini") }

// env keeps the configuration of whoever runs the stack away from Gitea and the Git commands it runs.
func (g *GitServer) env() []string {
	return []string{"GITEA_WORK_DIR=" + g.dir, "HOME=" + g.dir, "USER=nobody", "GIT_CONFIG_SYSTEM=/dev/null"}
}

// configure writes the configuration and makes the database.
func (g *GitServer) configure(ctx context.Context, root, addr string) error {
	t, err := toolByName(ToolGitea)
	if err != nil {
		return err
	}
	static, err := moduleFolder(ctx, t.moduleDir(root), t.module)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("splitting the Git server's address: %w", err)
	}
	var content bytes.Buffer
	err = giteaConfig.Execute(&content, map[string]any{
		"Dir": g.dir, "Host": host, "Port": port, "URL": g.URL, "Static": static, "SecretKey": rand.Text(), "Cron": giteaCron,
	})
	if err != nil {
		return fmt.Errorf("composing Gitea's configuration: %w", err)
	}
	// Gitea adds secrets of its own to the file.
	if err := os.WriteFile(g.config(), content.Bytes(), 0o600); err != nil {
		return fmt.Errorf("writing Gitea's configuration: %w", err)
	}
	if err := giveToNobody(g.config()); err != nil {
		return err
	}
	_, err = g.command(ctx, "migrate")
	return err
}

// accessToken is what Gitea's command line prints of a token that it made.
var accessToken = regexp.MustCompile(`Access token was successfully created\.+ ([0-9a-f]+)`)

// createAccounts makes the three accounts. Their passwords go through the API, because a command line is readable by
// every user of the machine.
func (g *GitServer) createAccounts(ctx context.Context) error {
	output, err := g.command(ctx, "admin", "user", "create", "--admin", "--username", g.PlannerUsername,
		"--email", gitEmail(g.PlannerUsername), "--fullname", gitPlannerName,
		"--random-password", "--must-change-password=false",
		"--access-token", "--access-token-name", "stack", "--access-token-scopes", "all")
	if err != nil {
		return err
	}
	found := accessToken.FindSubmatch(output)
	if found == nil {
		return fmt.Errorf("gitea made the account %s without an access token", g.PlannerUsername)
	}
	g.token = string(found[1])
	api, err := g.API(ctx)
	if err != nil {
		return err
	}
	keep := false
	_, err = api.AdminEditUser(g.PlannerUsername, gitea.EditUserOption{
		LoginName: g.PlannerUsername, Password: g.PlannerPassword, MustChangePassword: &keep,
	})
	if err != nil {
		return fmt.Errorf("setting the password of %s: %w", g.PlannerUsername, err)
	}
	for name, password := range map[string]string{g.Username: g.Password, g.ReadOnlyUsername: g.ReadOnlyPassword} {
		_, _, err := api.AdminCreateUser(gitea.CreateUserOption{
			Username: name, Email: gitEmail(name), Password: password, MustChangePassword: &keep,
		})
		if err != nil {
			return fmt.Errorf("creating the account %s: %w", name, err)
		}
	}
	return nil
}

func gitEmail(account string) string { return account + "@operator.example" }

// command runs one of Gitea's commands beside or before the server.
func (g *GitServer) command(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, g.path, append(args, "--config", g.config())...)
	cmd.Dir, cmd.Env = g.dir, append(os.Environ(), g.env()...)
	if err := runAsNobody(cmd); err != nil {
		return nil, err
	}
	output, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("gitea %s: %w\n%s", args[0], err, output)
	}
	return output, nil
}
